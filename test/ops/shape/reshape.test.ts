import { describe, expect, test } from "vitest";
import { mul } from "../../../src/ops/elementwise/mul.js";
import { flatten } from "../../../src/ops/shape/flatten.js";
import { reshape } from "../../../src/ops/shape/reshape.js";
import { type Tensor, zeros } from "../../../src/tensor.js";
import { gradcheck, randomTensor, useRuntime } from "../../helpers.js";

const runtime = await useRuntime();

describe("reshape", () => {
  test("shares the memory, and infers one length", () => {
    const x = randomTensor(runtime, [2, 6], 1);
    const y = reshape(x, [3, -1]);
    expect(y.shape).toEqual([3, 4]);
    expect(y.ptr).toBe(x.ptr);
  });

  test("the gradient comes back in the shape of the input", () => {
    const x = randomTensor(runtime, [2, 6], 1);
    gradcheck(
      (x) => mul(reshape(x, [4, 3]), reshape(x, [4, 3])),
      (x) => x.map((v) => v * v),
      [x],
    );
    expect(x.grad?.shape).toEqual([2, 6]);
  });

  test("refuses a shape of another size, and what is no tensor", () => {
    expect(() => reshape(zeros([6], { runtime }), [4])).toThrow("expected a shape of 6 elements");
    expect(() => reshape([1] as unknown as Tensor, [1])).toThrow(TypeError);
  });
});

describe("flatten", () => {
  const cases: [
    shape: number[],
    start: number | undefined,
    end: number | undefined,
    out: number[],
  ][] = [
    [[2, 3, 4], undefined, undefined, [24]],
    [[2, 3, 4], 1, undefined, [2, 12]],
    [[2, 3, 4, 5], 1, 2, [2, 12, 5]],
    [[2, 3, 4], 1, 1, [2, 3, 4]],
    [[2, 3, 4], -2, -1, [2, 12]],
    [[], undefined, undefined, [1]],
    [[0, 3], 1, undefined, [0, 3]],
  ];
  test.each(cases)("%j from %s to %s: %j", (shape, start, end, out) => {
    expect(flatten(zeros(shape, { runtime }), start, end).shape).toEqual(out);
  });

  test("gradient and refusals", () => {
    gradcheck(
      (x) => flatten(x, 1),
      (x) => x,
      [randomTensor(runtime, [2, 3, 2], 1)],
    );
    expect(() => flatten(zeros([2, 3], { runtime }), 1, 0)).toThrow("startDim not behind endDim");
    expect(() => flatten(zeros([2, 3], { runtime }), 2)).toThrow(RangeError);
  });
});
