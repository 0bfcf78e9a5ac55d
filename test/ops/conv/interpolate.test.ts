import { describe, expect, test } from "vitest";
import { interpolate } from "../../../src/ops/conv/interpolate.js";
import { resizeNearest } from "../../../src/ops/shape/resize-nearest.js";
import { tensor, zeros } from "../../../src/tensor.js";
import { expectClose, gradcheck, randomTensor, useRuntime } from "../../helpers.js";

const runtime = await useRuntime();

/** Along one axis of a plane, in float64: pixels at `at(j)` between their neighbours. */
const between = (x: Float64Array, n: number, length: number, at: (j: number) => number) => {
  const rows = x.length / n;
  return Float64Array.from({ length: rows * length }, (_, i) => {
    const [row, place] = [Math.floor(i / length), at(i % length)];
    const first = Math.min(Math.floor(place), n - 1);
    const part = place - first;
    return (1 - part) * x[row * n + first] + part * x[row * n + Math.min(first + 1, n - 1)];
  });
};

describe("interpolate", () => {
  test("nearest is resizeNearest, and PyTorch's for factors", () => {
    const x = randomTensor(runtime, [2, 3, 4, 5], 1);
    for (const size of [1, 3, 4, 9])
      expect(interpolate(x, { size }).toArray()).toEqual(resizeNearest(x, size).toArray());
    const line = tensor([0, 1, 2, 3], [1, 1, 4], { runtime });
    expect([...interpolate(line, { scaleFactor: 2 }).toArray()]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([...interpolate(line, { scaleFactor: 1.6 }).toArray()]).toEqual([0, 0, 1, 1, 2, 3]);
    expect(
      interpolate(randomTensor(runtime, [1, 1, 2, 2, 2], 1), { scaleFactor: 2 }).shape,
    ).toEqual([1, 1, 4, 4, 4]);
  });

  test("values of torch.nn.functional.interpolate", () => {
    const x = tensor([1, 2, 3, 4], [1, 1, 2, 2], { runtime });
    const plain = interpolate(x, { scaleFactor: 2, mode: "bilinear" });
    expectClose(
      plain.toArray(),
      [1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4],
      1e-7,
    );
    const corners = interpolate(x, { size: 3, mode: "bilinear", alignCorners: true });
    expectClose(corners.toArray(), [1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4], 1e-7);
  });

  test.each([
    [4, 7, false],
    [5, 2, false],
    [4, 7, true],
    [3, 1, true],
    [1, 4, false],
  ])("linear from %i to %i, corners %s, and its gradient", (n, length, alignCorners) => {
    const step = alignCorners ? (length > 1 ? (n - 1) / (length - 1) : 0) : n / length;
    const at = (j: number) => (alignCorners ? j * step : Math.max((j + 0.5) * step - 0.5, 0));
    gradcheck(
      (x) => interpolate(x, { size: length, mode: "linear", alignCorners }),
      (x) => between(x, n, length, at),
      [randomTensor(runtime, [2, 2, n], 1)],
    );
  });

  test("three axes; a pixel without a part is not read", () => {
    const x = randomTensor(runtime, [1, 2, 2, 3, 4], 1);
    const y = interpolate(x, { size: [3, 3, 4], mode: "trilinear" });
    expect(y.shape).toEqual([1, 2, 3, 3, 4]);
    const line = tensor([1, Number.NaN, 3], [1, 1, 3], { runtime });
    const corners = interpolate(line, { size: 5, mode: "linear", alignCorners: true });
    expect([...corners.toArray()]).toEqual([1, Number.NaN, Number.NaN, Number.NaN, 3]);
    expect(interpolate(zeros([0, 2, 3], { runtime }), { size: 5 }).shape).toEqual([0, 2, 5]);
  });

  test("refusals", () => {
    const x = zeros([1, 1, 4, 4], { runtime });
    const { tensors } = runtime.stats();
    expect(() => interpolate(x, {})).toThrow("interpolate: expected either size or scaleFactor");
    expect(() => interpolate(x, { size: 2, scaleFactor: 2 })).toThrow("either size or scaleFactor");
    expect(() => interpolate(x, { size: 2, mode: "linear" })).toThrow('"nearest" or "bilinear"');
    expect(() => interpolate(x, { size: 2, alignCorners: true })).toThrow(
      "alignCorners is for modes",
    );
    expect(() => interpolate(x, { size: [2, 2, 2] })).toThrow(
      "expected size a number or [height, width]",
    );
    expect(() => interpolate(x, { scaleFactor: 0.1 })).toThrow("leaves pixels, got 0.1 for 4");
    expect(() => interpolate(x, { scaleFactor: [2] })).toThrow("expected 2 scale factors, got 1");
    expect(() => interpolate(zeros([2, 2], { runtime }), { size: 2 })).toThrow(
      "expected input of shape",
    );
    expect(runtime.stats().tensors - tensors).toBeLessThanOrEqual(1);
  });
});
