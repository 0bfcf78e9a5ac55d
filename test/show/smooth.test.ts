import { expect, test } from "vitest";
import { meanCurve, smooth, thin } from "../../src/show/smooth.js";

test("smoothing: a constant stays, a step is followed late, NaN stays a gap", () => {
  expect(smooth([3, 3, 3], 10)).toEqual([3, 3, 3].map((v) => expect.closeTo(v, 12)));
  const step = smooth([0, 0, 1, 1, 1], 4);
  expect(step[1]).toBe(0);
  expect(step[2]).toBeGreaterThan(0.2);
  expect(step[4]).toBeGreaterThan(step[3]);
  expect(step[4]).toBeLessThan(1);
  expect(smooth([1, Number.NaN, 1], 4)).toEqual([1, Number.NaN, 1]);
  expect(
    meanCurve([
      [1, 2, 3],
      [3, 4],
    ]),
  ).toEqual([2, 3]);
});

test("thinning keeps the last point and the distances", () => {
  expect(thin([5, 6, 7, 8, 9], 3)).toEqual([
    [1, 5],
    [3, 7],
    [5, 9],
  ]);
  expect(thin([5, 6, 7, 8], 2)).toEqual([
    [2, 6],
    [4, 8],
  ]);
  expect(thin([5, Number.NaN], 10)).toEqual([
    [1, 5],
    [2, null],
  ]);
});
