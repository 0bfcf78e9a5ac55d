import { describe, expect, test } from "vitest";
import * as nn from "../../../src/nn/index.js";
import { type BatchNormOptions, batchNorm } from "../../../src/ops/norm/batch-norm.js";
import { type AnyTensor, ones, type Shape, sizeOf, tensor, zeros } from "../../../src/tensor.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  uniform,
  useRuntime,
} from "../../helpers.js";

const runtime = await useRuntime();

/** A mask of zeros and ones [N, ...] for x of `shape`. */
function maskOf(shape: Shape, seed = 5): { shape: Shape; values: Uint8Array } {
  const [batch, , ...space] = shape;
  const next = uniform(seed);
  const values = Uint8Array.from({ length: batch * sizeOf(space) }, () => Number(next() < 0.6));
  return { shape: [batch, ...space], values };
}

/** Batch norm by definition in float64. Mean and biased variance are given, or those of each channel's valid values. */
function oracle(
  shape: Shape,
  mask: ArrayLike<number>,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  given?: { mean: ArrayLike<number>; variance: ArrayLike<number> },
) {
  const [, channels, ...space] = shape;
  const length = sizeOf(space);
  const valid = (i: number) =>
    mask[Math.floor(i / (channels * length)) * length + (i % length)] === 1;
  const y = new Float64Array(x.length);
  const [mean, variance] = [new Float64Array(channels), new Float64Array(channels)];
  let count = 0;
  for (let c = 0; c < channels; c++) {
    const own = [...y.keys()].filter((i) => Math.floor(i / length) % channels === c && valid(i));
    count = own.length;
    mean[c] = given?.mean[c] ?? own.reduce((sum, i) => sum + x[i] / count, 0);
    variance[c] =
      given?.variance[c] ?? own.reduce((sum, i) => sum + (x[i] - mean[c]) ** 2 / count, 0);
    for (const i of own)
      y[i] = ((x[i] - mean[c]) / Math.sqrt(variance[c] + 1e-5)) * weight[c] + bias[c];
  }
  return { y, mean, variance, count };
}

const shapes: [Shape, string][] = [
  [[3, 4, 7], "padded sequences"],
  [[9, 4], "[N, C] with a mask [N]"],
  [[2, 3, 4, 5], "images"],
  [[1, 2, 13], "one sample"],
];

describe("batchNorm with a mask", () => {
  test.each(shapes)("%j: %s, forward and every gradient", (shape) => {
    const { values, shape: maskShape } = maskOf(shape);
    const mask = tensor(values, maskShape, { runtime });
    const inputs = [shape, [shape[1]], [shape[1]]].map((s, i) => randomTensor(runtime, s, 11 + i));
    const [x, weight, bias] = inputs;
    const y = batchNorm(x, { weight, bias, training: true, mask });
    const want = oracle(shape, values, x.data, weight.data, bias.data);
    expectClose(y.data, want.y, 2e-6);
    gradcheck(
      (x, weight, bias) => batchNorm(x, { weight, bias, training: true, mask }),
      (x, weight, bias) => oracle(shape, values, x, weight, bias).y,
      inputs,
    );
  });

  test("running statistics move by the unbiased variance of the valid values; evaluation uses them", () => {
    const shape = [3, 4, 7];
    const { values, shape: maskShape } = maskOf(shape);
    const mask = tensor(values, maskShape, { runtime });
    const x = randomTensor(runtime, shape, 1);
    const runningMean = tensor(normal(4, 2), [4], { runtime });
    const runningVar = ones([4], { runtime });
    const before = Float64Array.from(runningMean.data);
    const options: BatchNormOptions = { runningMean, runningVar, momentum: 0.3, mask };
    batchNorm(x, { ...options, training: true });
    const [one, none] = [new Float64Array(4).fill(1), new Float64Array(4)];
    const { mean, variance, count } = oracle(shape, values, x.data, one, none);
    const moved = before.map((v, c) => 0.7 * v + 0.3 * mean[c]);
    const spread = variance.map((v) => 0.7 + (0.3 * v * count) / (count - 1));
    expectClose(runningMean.data, moved, 1e-6);
    expectClose(runningVar.data, spread, 1e-6);
    const given = { mean: runningMean.data, variance: runningVar.data };
    const want = oracle(shape, values, x.data, one, none, given).y;
    expectClose(batchNorm(x, options).toArray(), want, 1e-6);
  });

  test("what stands in the padding changes nothing; it is 0 in output and gradient", () => {
    const list = [1, 2, NaN, 4, Infinity, 6, 7, 8, -1e30, 10, 11, 12];
    const mask = tensor([1, 1, 0, 1, 0, 1], [2, 3], { runtime });
    const x = tensor(list, [2, 2, 3], { runtime, requiresGrad: true });
    // The padding is position 2 of sample 0 and position 1 of sample 1.
    for (const i of [2, 5, 7, 10]) x.data[i] = NaN;
    x.data[4] = 5;
    x.data[8] = 9;
    const y = batchNorm(x, { training: true, mask });
    y.backward(ones(y.shape, { runtime }));
    for (const i of [2, 5, 7, 10]) expect([y.data[i], x.grad?.data[i]]).toEqual([0, 0]);
    expect(y.data.every(Number.isFinite)).toBe(true);
    expect(x.grad?.data.every(Number.isFinite)).toBe(true);
  });

  test.each(["float32", "int32", "uint8"] as const)(
    "a mask of ones, %s: plain batch norm",
    (dtype) => {
      const x = randomTensor(runtime, [3, 4, 7], 1);
      const mask = ones([3, 7], { dtype, runtime });
      const plain = batchNorm(x, { training: true });
      expectClose(batchNorm(x, { training: true, mask }).toArray(), plain.data, 1e-6); // the sums have another order
    },
  );

  test("nothing valid, in evaluation: zeros", () => {
    const x = randomTensor(runtime, [2, 3, 4], 1, true);
    const stats = { runningMean: zeros([3], { runtime }), runningVar: ones([3], { runtime }) };
    const y = batchNorm(x, { ...stats, mask: zeros([2, 4], { runtime }) });
    y.backward(ones(y.shape, { runtime }));
    expect([...y.data, ...(x.grad?.data ?? [])].every((v) => v === 0)).toBe(true);
  });

  test("BatchNorm1d takes it behind x, and counts no refused batch", () => {
    const layer = new nn.BatchNorm1d(4, { runtime });
    const x = randomTensor(runtime, [3, 4, 7], 1);
    const { values, shape } = maskOf(x.shape);
    const y = layer.forward(x, tensor(values, shape, { runtime }));
    const [one, none] = [new Float64Array(4).fill(1), new Float64Array(4)];
    expectClose(y.data, oracle(x.shape, values, x.data, one, none).y, 2e-6);
    expect(() => layer.forward(x, zeros([3, 7], { runtime }))).toThrow("more than 1 value");
    expect(layer.numBatchesTracked?.item()).toBe(1);
  });

  test("gives back all it took", () => {
    const x = randomTensor(runtime, [3, 4, 7], 1, true);
    const mask = tensor(maskOf(x.shape).values, [3, 7], { runtime });
    const nothing = zeros([3, 7], { runtime });
    const before = runtime.stats().bytes;
    const y = batchNorm(x, { training: true, mask });
    const dy = randomTensor(runtime, y.shape, 2);
    y.backward(dy);
    for (const t of [x.grad, y, dy]) t?.dispose();
    expect(() => batchNorm(x, { training: true, mask: nothing })).toThrow();
    expect(runtime.stats().bytes).toBe(before);
  });

  test("the same bits for any number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = randomTensor(runtime, [16, 32, 300], 1, true);
      const mask = tensor(maskOf(x.shape).values, [16, 300], { runtime });
      const y = batchNorm(x, { training: true, mask });
      y.backward(randomTensor(runtime, y.shape, 2));
      return [y.toArray(), x.grad?.toArray() ?? []];
    });
  });

  test("refusals", () => {
    const x = zeros([2, 3, 4], { runtime });
    const call = (mask: unknown) => () => batchNorm(x, { training: true, mask: mask as AnyTensor });
    expect(call(ones([2, 3], { runtime }))).toThrow(
      "batchNorm: expected mask of shape [2, 4], got [2, 3]",
    );
    expect(call([1, 1])).toThrow(TypeError);
    expect(call(ones([2, 4], { dtype: "float64", runtime }))).toThrow(
      "mask of dtype float32, int32",
    );
    const half = zeros([2, 4], { runtime });
    half.data[1] = 0.5;
    expect(call(half)).toThrow("expected mask of zeros and ones, got 0.5");
    half.data[1] = 1;
    expect(call(half)).toThrow(
      "Expected more than 1 value per channel when training, got input size [2, 3, 4] with 1 valid positions",
    );
  });
});
