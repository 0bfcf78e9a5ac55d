// Norms whose statistics are a mix or a matrix: switchable and iterative normalisation.
import { describe, expect, test } from "vitest";
import { iterNorm } from "../../../src/ops/norm/iter-norm.js";
import { switchableNorm } from "../../../src/ops/norm/switchable-norm.js";
import { ones, tensor, zeros } from "../../../src/tensor.js";
import { expectClose, normal, randomTensor, useRuntime } from "../../helpers.js";
import { affine } from "../../reference/batch-variants.js";
import * as reference from "../../reference/mixed-norms.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

const switchableInputs = (...shape: number[]) => [shape, [3], [3], [shape[1]], [shape[1]]];
describeMethod("switchableNorm, training", {
  runtime: () => runtime,
  op: (x, means, vars, weight, bias) =>
    switchableNorm(x, means, vars, { weight, bias, training: true }),
  oracle: (shape, x, means, vars, weight, bias) =>
    affine(shape, reference.switchable(shape, x, means, vars), weight, bias),
  cases: [
    [switchableInputs(3, 4, 3, 3), "tails"],
    [switchableInputs(2, 3, 8), "whole vectors"],
    [switchableInputs(4, 3), "planes of one element"],
  ],
  large: switchableInputs(16, 8, 40, 40),
  hard: switchableInputs(4, 3, 23),
});

const running = { mean: normal(4, 1, 0.3), variance: normal(4, 2, 0.1, 0.8) };
describeMethod("switchableNorm, evaluation", {
  runtime: () => runtime,
  op: (x, means, vars) => {
    const options = { runtime: x.runtime };
    const runningMean = tensor(running.mean, [4], options);
    const runningVar = tensor(running.variance, [4], options);
    return switchableNorm(x, means, vars, { runningMean, runningVar });
  },
  oracle: (shape, x, means, vars) => reference.switchable(shape, x, means, vars, running),
  cases: [[[[3, 4, 3, 3], [3], [3]], "the batch's statistics are constants"]],
  large: [[16, 4, 40, 40], [3], [3]],
});

describeMethod("iterNorm", {
  runtime: () => runtime,
  op: (x, weight, bias) => iterNorm(x, { weight, bias, groups: 2, training: true }),
  oracle: (shape, x, weight, bias) => affine(shape, reference.iterNorm(shape, 2, x), weight, bias),
  cases: [
    [[[3, 4, 3, 3], [4], [4]], "two groups of two"],
    [[[12, 6], [6], [6]], "planes of one element"],
    [[[2, 2, 7], [2], [2]], "groups of one channel"],
  ],
  large: [[8, 16, 30, 30], [16], [16]],
  hard: [[4, 4, 23], [4], [4]],
});

describe("switchableNorm", () => {
  test("moves the running statistics", () => {
    const x = randomTensor(runtime, [2, 3, 5], 1);
    const third = zeros([3], { runtime });
    const [runningMean, runningVar] = [zeros([3], { runtime }), zeros([3], { runtime })];
    const options = { runningMean, runningVar, momentum: 1 };
    const trained = switchableNorm(x, third, third, { ...options, training: true });
    expect(runningVar.data.every((v) => v > 0)).toBe(true);
    expectClose(switchableNorm(x, third, third, options).toArray(), trained.data, 1e-6);
  });

  test("refusals", () => {
    const x = zeros([2, 3, 4], { runtime });
    const third = zeros([3], { runtime });
    expect(() => switchableNorm(x, zeros([2], { runtime }), third)).toThrow(
      "switchableNorm: expected meanWeight of shape [3], got [2]",
    );
    expect(() => switchableNorm(x, third, third)).toThrow("must be defined in evaluation mode");
  });
});

describe("iterNorm", () => {
  test("with enough steps the output is white", () => {
    const x = randomTensor(runtime, [8, 3, 50], 1);
    const y = iterNorm(x, { training: true, iterations: 30 }).toArray();
    for (let a = 0; a < 3; a++)
      for (let b = 0; b < 3; b++) {
        let product = 0;
        for (let n = 0; n < 8; n++)
          for (let i = 0; i < 50; i++) product += y[(3 * n + a) * 50 + i] * y[(3 * n + b) * 50 + i];
        expect(product / 400).toBeCloseTo(a === b ? 1 : 0, 4);
      }
  });

  test("its running statistics do in evaluation what it did in training", () => {
    const x = randomTensor(runtime, [8, 4, 50], 1);
    const runningMean = zeros([4], { runtime });
    const runningWhitening = ones([2, 2, 2], { runtime });
    const options = { groups: 2, momentum: 1, runningMean, runningWhitening };
    const trained = iterNorm(x, { ...options, training: true });
    expectClose(iterNorm(x, options).toArray(), trained.data, 1e-6);
  });

  test("refusals", () => {
    const x = zeros([2, 6, 4], { runtime });
    expect(() => iterNorm(x, { groups: 4, training: true })).toThrow(
      "iterNorm: expected groups to divide 6 channels, got 4",
    );
    expect(() => iterNorm(x)).toThrow("must be defined in evaluation mode");
    expect(() => iterNorm(zeros([1, 6], { runtime }), { training: true })).toThrow(
      "Expected more than 1 value per channel when training",
    );
    expect(() => iterNorm(x, { training: true, iterations: 1.5 })).toThrow("iterations");
  });
});
