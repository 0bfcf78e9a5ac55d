import { describe, expect, test } from "vitest";
import { adaptiveAvgPool2d } from "../../../src/ops/conv/adaptive-avg-pool2d.js";
import { tensor, zeros } from "../../../src/tensor.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import * as reference from "../../reference/adaptive-avg-pool2d.js";

const runtime = await useRuntime();

const cases: [h: number, w: number, outH: number, outW: number, why: string][] = [
  [4, 4, 1, 1, "to one position: rows of a sum"],
  [1, 1, 1, 1, "one position already"],
  [7, 5, 1, 1, "one position, odd sizes"],
  [8, 6, 4, 3, "windows of 2 × 2"],
  [7, 7, 3, 3, "windows that overlap"],
  [3, 2, 5, 4, "more windows than rows"],
  [5, 4, 1, 4, "one row, columns as they are"],
  [4, 4, 0, 2, "no output"],
];

describe("adaptiveAvgPool2d", () => {
  test.each(cases)("%i × %i → %i × %i: %s", (h, w, outH, outW) => {
    const x = randomTensor(runtime, [2, 3, h, w], 1);
    const oracle = (x: ArrayLike<number>) => reference.adaptiveAvgPool2d(x, 6, h, w, outH, outW);
    const y = adaptiveAvgPool2d(x, [outH, outW]);
    expect(y.shape).toEqual([2, 3, outH, outW]);
    expectClose(y.data, oracle(x.data), 5e-7); // sums of up to 35 numbers, in float32 or float64
    gradcheck((x) => adaptiveAvgPool2d(x, [outH, outW]), oracle, [x]);
  });

  test("[C, H, W], a number for both, null for as it is", () => {
    const x = randomTensor(runtime, [3, 6, 4], 1);
    expect(adaptiveAvgPool2d(x, 2).shape).toEqual([3, 2, 2]);
    expect(adaptiveAvgPool2d(x, [null, 2]).shape).toEqual([3, 6, 2]);
    expect(adaptiveAvgPool2d(x, [null, null]).toArray()).toEqual(x.data);
    expect(adaptiveAvgPool2d(zeros([0, 3, 4, 4], { runtime }), 1).shape).toEqual([0, 3, 1, 1]);
  });

  test("refusals", () => {
    const pool = (shape: number[], size: number | [number, number]) => () =>
      adaptiveAvgPool2d(zeros(shape, { runtime }), size);
    expect(pool([4, 4], 1)).toThrow("adaptiveAvgPool2d: expected input of shape [N, C, H, W]");
    expect(pool([1, 2, 0, 4], 1)).toThrow(RangeError);
    expect(pool([1, 2, 4, 4], -1)).toThrow(
      "expected outputSize a number or [height, width] of integers ≥ 0, got -1",
    );
    expect(pool([1, 2, 4, 4], [1.5, 1])).toThrow(RangeError);
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) =>
      [1, 3].flatMap((size) => {
        const x = randomTensor(runtime, [16, 32, 13, 13], 1, true);
        const y = adaptiveAvgPool2d(x, size);
        y.backward(tensor(normal(y.size, 2), y.shape, { runtime }));
        return [y.toArray(), x.grad?.toArray() ?? []];
      }),
    );
  });
});
