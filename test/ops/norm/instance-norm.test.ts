import { describe, expect, test } from "vitest";
import { instanceNorm } from "../../../src/ops/norm/instance-norm.js";
import { sizeOf, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import { batchNormSets } from "../../reference/batch-norm.js";
import { instanceNormSets, moved } from "../../reference/instance-norm.js";
import * as reference from "../../reference/sets.js";
import { type Affine, expectNorm } from "../norm-cases.js";

const runtime = await useRuntime();

const cases: [shape: number[], why: string][] = [
  [[2, 3, 2], "two elements an instance"],
  [[3, 4, 1, 15], "no full sample of 16"],
  [[2, 5, 4, 4], "one unrolled step"],
  [[2, 9, 31, 33], "1023 elements: one short of a block"],
  [[1, 2, 130, 130], "few instances, in parts"],
  [[2, 3, 2, 3, 4], "NCDHW"],
];
const op = (x: Tensor, affine: Affine) => instanceNorm(x, affine);

describe("instanceNorm", () => {
  test.each(cases)("%j: %s", (shape) => {
    const c = { runtime, op, shape, sets: instanceNormSets(shape), parameters: [shape[1]] };
    expectNorm(c);
    expectNorm({ ...c, with: [] });
  });

  test("by running statistics", () => {
    const shape = [3, 4, 10];
    const mean = normal(4, 5);
    const variance = normal(4, 6).map((v) => 0.1 + v * v);
    const runningMean = tensor(mean, [4], { runtime });
    const runningVar = tensor(variance, [4], { runtime });
    const op = (x: Tensor, affine: Affine) =>
      instanceNorm(x, { ...affine, runningMean, runningVar, useInputStats: false });
    const options = { constant: { mean, variance } };
    expectNorm({ runtime, op, shape, sets: batchNormSets(shape), parameters: [4], options });
    expect(() => instanceNorm(zeros(shape, { runtime }), { useInputStats: false })).toThrow(
      TypeError,
    );
  });

  test.each([[[3, 4, 10]], [[2, 3, 9000]]])("running statistics %j", (shape) => {
    const channels = shape[1];
    const x = tensor(normal(sizeOf(shape), 1, 2, 3), shape, { runtime });
    const runningMean = randomTensor(runtime, [channels], 2);
    const runningVar = tensor(new Float32Array(channels).fill(2), [channels], { runtime });
    const before = { mean: runningMean.toArray(), variance: runningVar.toArray() };
    instanceNorm(x, { runningMean, runningVar, momentum: 0.3 });
    const want = moved(x.data, shape, before, 0.3);
    expectClose(runningMean.data, want.mean, 2e-7); // one rounding, and the roundings of the sums
    expectClose(runningVar.data, want.variance, 2e-7);
  });

  test("gradient check", () => {
    const shape = [2, 3, 5];
    gradcheck(
      (x, weight, bias) => instanceNorm(x, { weight, bias }),
      (x, weight, bias) =>
        reference.forward(x, instanceNormSets(shape), { weight, bias, eps: 1e-5 }),
      [shape, [3], [3]].map((dims, i) => randomTensor(runtime, dims, i)),
    );
  });

  test("an empty batch leaves running statistics as they are", () => {
    const runningMean = randomTensor(runtime, [3], 2);
    const runningVar = randomTensor(runtime, [3], 3);
    const before = [runningMean.toArray(), runningVar.toArray()];
    const y = instanceNorm(zeros([0, 3, 4], { runtime }), { runningMean, runningVar });
    expect(y.shape).toEqual([0, 3, 4]);
    expect([runningMean.data, runningVar.data]).toEqual(before);
  });

  test("the same bits for any number of threads", async () => {
    for (const shape of [
      [6, 33, 100],
      [1, 3, 20000],
    ]) {
      const c = { op, shape, sets: instanceNormSets(shape), parameters: [shape[1]] };
      await expectSameBits((runtime) => expectNorm({ runtime, ...c }));
    }
  });

  test("refusals change nothing", () => {
    const runningMean = randomTensor(runtime, [3], 2);
    const runningVar = randomTensor(runtime, [3], 3);
    const before = [runningMean.toArray(), runningVar.toArray()];
    const call =
      (shape: number[], options: object = {}) =>
      () =>
        instanceNorm(zeros(shape, { runtime }), { runningMean, runningVar, ...options });
    expect(call([2, 3, 1, 1])).toThrow(
      "instanceNorm: Expected more than 1 spatial element when training, got input size [2, 3, 1, 1]",
    );
    expect(call([2, 4, 2, 2])).toThrow("instanceNorm: expected runningMean of shape [4], got [3]");
    expect(call([2, 3, 4], { weight: zeros([4], { runtime }) })).toThrow(RangeError);
    expect([runningMean.data, runningVar.data]).toEqual(before);
  });
});
