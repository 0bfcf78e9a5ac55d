import { describe, expect, test } from "vitest";
import { batchInstanceNorm } from "../../../src/ops/norm/batch-instance-norm.js";
import { batchNorm } from "../../../src/ops/norm/batch-norm.js";
import { batchRenorm } from "../../../src/ops/norm/batch-renorm.js";
import { ghostBatchNorm } from "../../../src/ops/norm/ghost-batch-norm.js";
import type { Runtime } from "../../../src/runtime/runtime.js";
import { ones, type Shape, type Tensor, tensor, tidy, zeros } from "../../../src/tensor.js";
import { expectClose, gradcheck, normal, randomTensor, useRuntime } from "../../helpers.js";
import { moved } from "../../reference/batch-norm.js";
import * as reference from "../../reference/batch-variants.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

describeMethod("ghostBatchNorm", {
  runtime: () => runtime,
  op: (x, weight, bias) => ghostBatchNorm(x, { weight, bias, training: true, virtualBatchSize: 2 }),
  oracle: (shape, x, weight, bias) =>
    reference.affine(shape, reference.ghost(shape, 2, x), weight, bias),
  cases: [
    [[[4, 3, 2, 2], [3], [3]], "two chunks"],
    [[[5, 2, 3], [2], [2]], "a smaller last chunk"],
    [[[2, 3, 5], [3], [3]], "one chunk: batch norm"],
  ],
  large: [[16, 8, 40, 40], [8], [8]],
  hard: [[4, 3, 23], [3], [3]],
});

describeMethod("batchInstanceNorm", {
  runtime: () => runtime,
  op: (x, gate, weight, bias) => batchInstanceNorm(x, gate, { weight, bias, training: true }),
  oracle: (shape, x, gate, weight, bias) =>
    reference.affine(shape, reference.batchInstance(shape, x, gate), weight, bias),
  cases: [
    [[[3, 4, 3, 3], [4], [4], [4]], "tails"],
    [[[2, 2, 8], [2], [2], [2]], "whole vectors"],
  ],
  large: [[16, 8, 40, 40], [8], [8], [8]],
  hard: [[4, 3, 23], [3], [3], [3]],
});

const running = (like: Runtime, channels: number) => ({
  runningMean: tensor(normal(channels, 1, 0.3), [channels], { runtime: like }),
  runningVar: tensor(normal(channels, 2, 0.1, 0.8), [channels], { runtime: like }),
});

describe("batchRenorm", () => {
  const cases: [shape: Shape, rMax: number, dMax: number, why: string][] = [
    [[4, 3, 5], 3, 5, "nothing clipped"],
    [[4, 3, 5], 1.05, 0.1, "both clipped in some channels"],
    [[6, 3], 3, 5, "planes of one element"],
    [[4, 3, 5], 1, 0, "batch norm"],
  ];
  test.each(cases)("%j with %d and %d: %s", (shape, rMax, dMax) => {
    const inputs = [shape, [3], [3]].map((s, i) => randomTensor(runtime, s, 31 + i));
    const held = Float64Array.from(inputs[0].data);
    const { runningMean, runningVar } = running(runtime, 3);
    const before = { mean: runningMean.toArray(), variance: runningVar.toArray() };
    const op = (x: Tensor, weight: Tensor, bias: Tensor) =>
      batchRenorm(x, { ...running(runtime, 3), weight, bias, training: true, rMax, dMax });
    const oracle = (x: Float64Array, weight: Float64Array, bias: Float64Array) => {
      const limits = { r: rMax, d: dMax };
      return reference.affine(
        shape,
        reference.renorm(shape, x, held, before, limits),
        weight,
        bias,
      );
    };
    const values = inputs.map((input) => Float64Array.from(input.data));
    const [x, weight, bias] = inputs;
    expectClose(op(x, weight, bias).toArray(), oracle(values[0], values[1], values[2]), 2e-6);
    gradcheck(
      (x, weight, bias) => op(x, weight, bias),
      (x, weight, bias) => oracle(x, weight, bias),
      inputs,
    );
    batchRenorm(x, { runningMean, runningVar, training: true, rMax, dMax });
    const after = moved(values[0], shape, before, 0.1);
    expectClose(runningMean.data, after.mean, 1e-6, "running mean");
    expectClose(runningVar.data, after.variance, 1e-6, "running variance");
  });

  test("within its limits it does in training what it does in evaluation", () => {
    const x = randomTensor(runtime, [4, 3, 50], 5);
    const stats = () => running(runtime, 3);
    const trained = batchRenorm(x, { ...stats(), training: true });
    expectClose(trained.data, batchRenorm(x, stats()).toArray(), 1e-6);
  });

  test("a constant and an infinite limit stay finite", () => {
    const x = tensor(new Float32Array(24).fill(1234), [2, 3, 4], { runtime });
    const limits = { rMax: Infinity, dMax: Infinity };
    const y = batchRenorm(x, { ...running(runtime, 3), ...limits, training: true });
    expect(y.data.every(Number.isFinite)).toBe(true);
  });

  test("without weight and bias", () => {
    const x = randomTensor(runtime, [4, 3, 5], 5);
    const limits = { rMax: 1, dMax: 0, training: true };
    const [bias, weight] = [zeros([3], { runtime }), ones([3], { runtime })];
    const plain = batchNorm(x, { training: true }).toArray();
    for (const affine of [{}, { weight }, { bias }])
      expect(batchRenorm(x, { ...running(runtime, 3), ...limits, ...affine }).toArray()).toEqual(
        plain,
      );
  });
});

describe("batch variants", () => {
  test("evaluation is batch norm's", () => {
    const x = randomTensor(runtime, [4, 3, 5], 5);
    const stats = running(runtime, 3);
    const plain = batchNorm(x, stats).toArray();
    expect(ghostBatchNorm(x, { ...stats, virtualBatchSize: 2 }).toArray()).toEqual(plain);
    expect(batchRenorm(x, stats).toArray()).toEqual(plain);
    expectClose(batchInstanceNorm(x, ones([3], { runtime }), stats).toArray(), plain, 1e-7);
  });

  test("every chunk moves the running statistics", () => {
    const { runningMean, runningVar } = running(runtime, 3);
    let want = {
      mean: runningMean.toArray() as ArrayLike<number>,
      variance: runningVar.toArray() as ArrayLike<number>,
    };
    const x = randomTensor(runtime, [4, 3, 5], 5);
    for (const from of [0, 30]) want = moved(x.data.slice(from, from + 30), [2, 3, 5], want, 0.01);
    ghostBatchNorm(x, { runningMean, runningVar, training: true, virtualBatchSize: 2 });
    expectClose(runningMean.data, want.mean, 1e-6);
    expectClose(runningVar.data, want.variance, 1e-6);
  });

  test("leave nothing behind but their output", () => {
    const [x, weight] = [randomTensor(runtime, [4, 3, 5], 5), ones([3], { runtime })];
    const stats = running(runtime, 3);
    const before = runtime.stats().tensors;
    ghostBatchNorm(x, { ...stats, training: true, virtualBatchSize: 2 }).dispose();
    batchRenorm(x, { ...stats, weight, bias: weight, training: true }).dispose();
    batchInstanceNorm(x, weight, { ...stats, weight, training: true }).dispose();
    expect(runtime.stats().tensors).toBe(before);
    tidy(() => {
      for (const t of [x, weight]) t.requiresGrad = true;
      batchRenorm(x, { ...stats, weight, training: true }).backward(x.detach());
    });
  });

  test("refusals", () => {
    const x = zeros([3, 2], { runtime });
    const stats = running(runtime, 2);
    expect(() => ghostBatchNorm(x, { training: true, virtualBatchSize: 2 })).toThrow(
      "Expected more than 1 value per channel when training, got input size [3, 2] in chunks of 2",
    );
    expect(() => ghostBatchNorm(x, { virtualBatchSize: 0 })).toThrow("virtualBatchSize");
    expect(() => batchRenorm(x, { training: true })).toThrow("must be defined");
    expect(() => batchRenorm(x, { ...stats, rMax: 0.5 })).toThrow("expected rMax ≥ 1");
    expect(() => batchRenorm(x, { ...stats, dMax: null as never })).toThrow(TypeError);
    expect(() => batchRenorm(zeros([1, 2], { runtime }), { ...stats, training: true })).toThrow(
      "Expected more than 1 value per channel when training",
    );
    const gate = zeros([3], { runtime });
    expect(() => batchInstanceNorm(x, gate, { training: true })).toThrow(
      "batchInstanceNorm: expected gate of shape [2], got [3]",
    );
  });
});
