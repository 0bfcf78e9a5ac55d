import { describe, expect, test } from "vitest";
import { mean } from "../../../src/ops/reduce/mean.js";
import { sum } from "../../../src/ops/reduce/sum.js";
import { full, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import * as reference from "../../reference/broadcast.js";

const runtime = await useRuntime();

const cases: [shape: number[], dims: number | number[] | undefined, why: string][] = [
  [[], undefined, "a scalar"],
  [[], 0, "a scalar has dimension 0"],
  [[5], undefined, "fewer than two vectors"],
  [[1023], 0, "blocks of 64, vectors and a tail"],
  [[40000], undefined, "three pieces"],
  [[3, 17], 1, "rows"],
  [[3, 17], -1, "rows, counted from the end"],
  [[3, 17], 0, "columns with a tail of 1"],
  [[9, 4], 0, "one row more than a block of 8"],
  [[5, 1025], 0, "three tiles of columns, the last of one"],
  [[5000, 3], 0, "columns in pieces, narrower than a vector"],
  [[2, 3, 4, 5], [0, 2, 3], "channels of NCHW: two runs of summed axes"],
  [[2, 3, 4, 5], [1, 3], "alternating axes"],
  [[2, 3, 4, 5], [0, 2], "the last axis kept"],
  [[2, 3, 4, 5], [], "no axis: a copy"],
  [[2, 1, 4], 1, "an axis of one"],
  [[0, 3], 0, "nothing summed: zeros"],
  [[0, 3], 1, "no rows"],
  [[3, 0], 1, "empty rows: zeros"],
];
const axesOf = (shape: number[], dims: number | number[] | undefined) =>
  dims === undefined
    ? shape.map((_, i) => i)
    : [dims].flat().map((dim) => (dim < 0 ? dim + shape.length : dim));

describe.each(["sum", "mean"] as const)("%s", (name) => {
  const op = name === "sum" ? sum : mean;
  const oracle = (x: Float64Array, shape: number[], axes: number[]) => {
    const n = name === "sum" ? 1 : axes.reduce((product, axis) => product * (shape[axis] ?? 1), 1);
    return reference.sum(x, shape, axes).map((v) => v / n);
  };

  test.each(cases)("%j over %j: %s", (shape, dims) => {
    const x = randomTensor(runtime, shape, 1);
    const axes = axesOf(shape, dims);
    const want = oracle(Float64Array.from(x.data), shape, axes);
    const y = op(x, dims);
    expect(y.shape).toEqual(shape.filter((_, i) => !axes.includes(i)));
    if (want.some(Number.isNaN)) expect([...y.data]).toEqual([...want]);
    // Float32 blocks of 64 to 256 numbers round a few partial sums, which for N(0, 1) can exceed the total.
    else expectClose(y.data, want, 2e-6);
    expect(op(x, dims, true).shape).toEqual(shape.map((n, i) => (axes.includes(i) ? 1 : n)));
    if (x.size > 0 && x.size <= 200) {
      gradcheck(
        (x) => op(x, dims),
        (x) => oracle(x, shape, axes),
        [x],
      );
    }
  });

  test("the gradient goes to every summed element", () => {
    const x = randomTensor(runtime, [3, 1025], 1, true);
    op(x, 1).backward(tensor([1, 2, 4], [3], { runtime }));
    const unit = name === "sum" ? 1 : Math.fround(1 / 1025);
    expect(x.grad?.data[1024]).toBeCloseTo(unit, 9);
    expect(x.grad?.data[3074]).toBeCloseTo(4 * unit, 9);
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = randomTensor(runtime, [7, 13, 1201], 1);
      return [undefined, 0, 1, 2, [0, 2]].map((dims) => op(x, dims).toArray());
    });
  });

  test("refusals", () => {
    const x = zeros([2, 3], { runtime });
    expect(() => op(x, 2)).toThrow(`${name}: expected dim from -2 to 1, got 2`);
    expect(() => op(x, [0, -2])).toThrow(`${name}: expected each dim once, got [0, -2]`);
    expect(() => op(x, 0.5)).toThrow(TypeError);
    expect(() => op(null as unknown as Tensor)).toThrow(TypeError);
  });
});

test("a long sum does not drift: 2^22 times 0.1 and an offset of 10^4 are good to an ulp", () => {
  expect(sum(full([2 ** 22], 0.1, { runtime })).item()).toBeCloseTo(419430.40625, 1);
  const x = tensor(normal(1 << 20, 1, 1, 1e4), [1 << 20], { runtime });
  const want = x.data.reduce((total, v) => total + v, 0) / x.size;
  expect(Math.abs(mean(x).item() - want)).toBeLessThanOrEqual(2 ** -10); // one ulp of 10^4
});

test("the mean of nothing is NaN, the sum 0", () => {
  const x = zeros([0], { runtime });
  expect(mean(x).item()).toBeNaN();
  expect(sum(x).item()).toBe(0);
});

test.each([[100003], [1000, 77], [64, 1025]])(
  "within 1e-6·Σ|x| whatever cancels: [%i, %i]",
  (...shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = normal(size, 3).map((v, i) => v * 10 ** (i % 9));
    for (const dim of shape.length > 1 ? [0, 1] : [0]) {
      const got = sum(tensor(values, shape, { runtime }), dim).toArray();
      const [want, bound] = [values, values.map(Math.abs)].map((list) =>
        reference.sum(Float64Array.from(list), shape, [dim]),
      );
      got.forEach(
        (v, i) => void expect(Math.abs(v - want[i])).toBeLessThanOrEqual(1e-6 * bound[i]),
      );
    }
  },
);
