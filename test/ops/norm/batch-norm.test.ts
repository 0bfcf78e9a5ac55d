import { describe, expect, test } from "vitest";
import { batchNorm } from "../../../src/ops/norm/batch-norm.js";
import { sizeOf, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import { batchNormSets, moved } from "../../reference/batch-norm.js";
import * as reference from "../../reference/sets.js";
import { type Affine, expectNorm } from "../norm-cases.js";

const runtime = await useRuntime();

const cases: [shape: number[], why: string][] = [
  [[2, 3], "[N, C]: columns, less than a vector"],
  [[33, 17], "[N, C]: columns, transposed with tails"],
  [[64, 40], "[N, C]: columns"],
  [[1, 4, 9], "one sample"],
  [[5, 1, 7], "one channel: its planes are neighbours"],
  [[7, 3, 1, 1], "[N, C] in disguise"],
  [[3, 2, 2], "runs of 2"],
  [[4, 3, 5, 3], "runs of 15: no full sample of 16"],
  [[4, 3, 4, 4], "runs of 16"],
  [[3, 5, 17], "runs of 17"],
  [[2, 9, 200], "long planes, small: in one go"],
  [[3, 9, 800], "long planes: step by step"],
  [[40, 2, 300], "few channels: step by step"],
  [[1, 2, 20001], "long planes in parts"],
  [[70, 8, 31], "blocks that end inside a run"],
  [[2, 3, 2, 3, 4], "NCDHW"],
];
const train = (x: Tensor, affine: Affine) => batchNorm(x, { ...affine, training: true });

describe("batchNorm", () => {
  test.each(cases)("training %j: %s", (shape) => {
    const c = { runtime, op: train, shape, sets: batchNormSets(shape), parameters: [shape[1]] };
    expectNorm(c);
    expectNorm({ ...c, with: [] });
    expectNorm({ ...c, with: ["weight"] });
  });

  test.each(cases)("evaluation %j: %s", (shape) => {
    const channels = shape[1];
    const mean = normal(channels, 5);
    const variance = normal(channels, 6).map((v) => 0.1 + v * v);
    const runningMean = tensor(mean, [channels], { runtime });
    const runningVar = tensor(variance, [channels], { runtime });
    const op = (x: Tensor, affine: Affine) => batchNorm(x, { ...affine, runningMean, runningVar });
    const options = { constant: { mean, variance } };
    const c = { runtime, op, shape, sets: batchNormSets(shape), parameters: [channels], options };
    expectNorm(c);
    expectNorm({ ...c, with: [] });
    expect(runningMean.data).toEqual(mean);
  });

  test.each([[[6, 5]], [[3, 4, 3, 3]], [[2, 3, 9000]]])("running statistics %j", (shape) => {
    const channels = shape[1];
    const x = tensor(normal(sizeOf(shape), 1, 2, 3), shape, { runtime });
    const runningMean = randomTensor(runtime, [channels], 2);
    const runningVar = tensor(new Float32Array(channels).fill(2), [channels], { runtime });
    const before = { mean: runningMean.toArray(), variance: runningVar.toArray() };
    batchNorm(x, { runningMean, runningVar, training: true, momentum: 0.3 });
    const want = moved(x.data, shape, before, 0.3);
    expectClose(runningMean.data, want.mean, 2e-7); // one rounding, and the roundings of the sums
    expectClose(runningVar.data, want.variance, 2e-7);
  });

  test("gradient check", () => {
    const shape = [4, 3, 5];
    gradcheck(
      (x, weight, bias) => batchNorm(x, { weight, bias, training: true }),
      (x, weight, bias) => reference.forward(x, batchNormSets(shape), { weight, bias, eps: 1e-5 }),
      [shape, [3], [3]].map((dims, i) => randomTensor(runtime, dims, i)),
    );
  });

  test("an empty batch: nothing comes out, gradients are 0, running statistics stay", () => {
    for (const shape of [
      [0, 3],
      [0, 3, 4, 4],
      [2, 3, 0],
    ]) {
      const x = zeros(shape, { runtime, requiresGrad: true });
      const weight = randomTensor(runtime, [3], 1, true);
      const runningMean = randomTensor(runtime, [3], 2);
      const runningVar = randomTensor(runtime, [3], 3);
      const before = [runningMean.toArray(), runningVar.toArray()];
      const y = batchNorm(x, { weight, runningMean, runningVar, training: true });
      y.backward(zeros(shape, { runtime }));
      expect(y.shape).toEqual(shape);
      expect(x.grad?.shape).toEqual(shape);
      expect(weight.grad?.data).toEqual(new Float32Array(3));
      expect([runningMean.data, runningVar.data]).toEqual(before);
    }
  });

  test("NaN and Inf stay in their channel", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const x = randomTensor(runtime, [3, 4, 20], 1);
      x.data[25] = bad; // channel 1
      const y = batchNorm(x, { training: true }).toArray();
      for (let i = 0; i < y.length; i++) {
        expect(Number.isNaN(y[i])).toBe(Math.floor(i / 20) % 4 === 1);
      }
    }
  });

  test("the same bits for any number of threads", async () => {
    for (const shape of [
      [20, 33, 100],
      [3, 20, 1000],
      [300, 64],
    ]) {
      const sets = batchNormSets(shape);
      await expectSameBits((runtime) =>
        expectNorm({ runtime, op: train, shape, sets, parameters: [shape[1]] }),
      );
    }
  });

  test("refusals change nothing", () => {
    const runningMean = randomTensor(runtime, [3], 2);
    const runningVar = randomTensor(runtime, [3], 3);
    const before = [runningMean.toArray(), runningVar.toArray()];
    const running = { runningMean, runningVar, training: true };
    const call = (shape: number[], options: object) => () =>
      batchNorm(zeros(shape, { runtime }), options);
    expect(call([1, 3, 1, 1], running)).toThrow(
      "batchNorm: Expected more than 1 value per channel when training, got input size [1, 3, 1, 1]",
    );
    expect(call([1, 3], running)).toThrow(RangeError);
    expect(call([3], running)).toThrow(RangeError);
    expect(call([2, 4, 2, 2], running)).toThrow(
      "batchNorm: expected runningMean of shape [4], got [3]",
    );
    expect(call([2, 3, 4], { ...running, weight: zeros([4], { runtime }) })).toThrow(RangeError);
    expect(call([2, 3, 4], { ...running, runningVar: null })).toThrow("both or neither");
    expect(call([2, 3, 4], { ...running, momentum: -1 })).toThrow(RangeError);
    expect(call([2, 3, 4], { ...running, eps: "x" })).toThrow(TypeError);
    expect(call([2, 3, 4], {})).toThrow("must be defined in evaluation mode");
    expect([runningMean.data, runningVar.data]).toEqual(before);
    expect(call([1, 3], { runningMean, runningVar })).not.toThrow();
  });
});
