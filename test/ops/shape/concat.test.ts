import { describe, expect, test } from "vitest";
import { concat } from "../../../src/ops/shape/concat.js";
import { slice } from "../../../src/ops/shape/slice.js";
import { type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { expectSameBits, gradcheck, randomTensor, useRuntime } from "../../helpers.js";

const runtime = await useRuntime();

/** Joins the rows of `a` [outer, n] and `b` [outer, m]. */
const join = (a: Float64Array, b: Float64Array, outer: number) =>
  Float64Array.from(
    Array.from({ length: outer }, (_, i) => {
      const [n, m] = [a.length / outer, b.length / outer];
      return [...a.subarray(i * n, (i + 1) * n), ...b.subarray(i * m, (i + 1) * m)];
    }).flat(),
  );

describe("concat", () => {
  const cases: [a: number[], b: number[], dim: number, out: number[], outer: number][] = [
    [[3], [2], 0, [5], 1],
    [[2, 3], [4, 3], 0, [6, 3], 1],
    [[2, 3], [2, 1], 1, [2, 4], 2],
    [[2, 2, 3], [2, 5, 3], -2, [2, 7, 3], 2],
    [[2, 0], [2, 3], 1, [2, 3], 2],
    [[0, 2], [0, 3], 1, [0, 5], 0],
  ];
  test.each(cases)("%j and %j along %i", (shapeA, shapeB, dim, out, outer) => {
    const [a, b] = [randomTensor(runtime, shapeA, 1), randomTensor(runtime, shapeB, 2)];
    const y = concat([a, b], dim);
    expect(y.shape).toEqual(out);
    const oracle = (a: Float64Array, b: Float64Array) => join(a, b, outer);
    expect([...y.data]).toEqual([...oracle(Float64Array.from(a.data), Float64Array.from(b.data))]);
    gradcheck((a, b) => concat([a, b], dim), oracle, [a, b]);
  });

  test("the same tensor twice, among others that want no gradient", () => {
    const a = tensor([1, 2], [2], { runtime, requiresGrad: true });
    const y = concat([a, zeros([1], { runtime }), a]);
    y.backward(tensor([1, 10, 100, 1000, 10000], [5], { runtime }));
    expect([...(a.grad?.data ?? [])]).toEqual([1001, 10010]);
  });

  test("refusals", () => {
    const x = zeros([2, 3], { runtime });
    expect(() => concat([])).toThrow("concat: expected at least one tensor");
    expect(() => concat([x, zeros([3, 2], { runtime })])).toThrow(
      "concat: expected tensor 1 of shape [2, 3] but for dim 0, got [3, 2]",
    );
    expect(() => concat([x, zeros([2], { runtime })], 1)).toThrow(RangeError);
    expect(() => concat([zeros([], { runtime })])).toThrow("scalar");
    expect(() => concat(x as unknown as Tensor[])).toThrow(TypeError);
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const parts = [1, 2, 3].map((n) => randomTensor(runtime, [300, n, 101], n));
      return [concat(parts, 1).toArray()];
    });
  });
});

describe("slice", () => {
  const cases: [dim: number, start: number, end: number | undefined, indices: number[]][] = [
    [0, 0, undefined, [0, 1, 2, 3, 4]],
    [0, 1, 3, [1, 2]],
    [0, -2, undefined, [3, 4]],
    [0, 0, -1, [0, 1, 2, 3]],
    [0, -9, 99, [0, 1, 2, 3, 4]],
    [0, 3, 1, []],
  ];
  test.each(cases)("dim %i from %i to %s", (dim, start, end, indices) => {
    for (const shape of [
      [5, 3],
      [2, 5, 3],
    ]) {
      const axis = shape.length - 2 + dim;
      const oracle = (x: ArrayLike<number>) =>
        Float64Array.from(
          Array.from({ length: shape.length === 3 ? 2 : 1 }, (_, o) =>
            indices.flatMap((i) => [0, 1, 2].map((j) => x[(o * 5 + i) * 3 + j])),
          ).flat(),
        );
      const x = randomTensor(runtime, shape, 1);
      const y = slice(x, axis, start, end);
      expect(y.shape).toEqual(shape.with(axis, indices.length));
      expect([...y.data]).toEqual([...oracle(x.data)]);
      gradcheck((x) => slice(x, axis, start, end), oracle, [x]);
    }
  });

  test("refusals", () => {
    expect(() => slice(zeros([2], { runtime }), 1)).toThrow("slice: expected dim from -1 to 0");
    expect(() => slice(zeros([2], { runtime }), 0, 0.5)).toThrow(TypeError);
    expect(() => slice(zeros([], { runtime }), 0)).toThrow(RangeError);
  });
});
