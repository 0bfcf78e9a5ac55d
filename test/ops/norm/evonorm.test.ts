import { describe, expect, test } from "vitest";
import { evonormB0 } from "../../../src/ops/norm/evonorm-b0.js";
import { evonormS0 } from "../../../src/ops/norm/evonorm-s0.js";
import { ones, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { expectClose, normal, randomTensor, useRuntime } from "../../helpers.js";
import { moved } from "../../reference/batch-norm.js";
import * as reference from "../../reference/evonorm.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

const parameters = (c: number) => [[c], [c], [c]];
describeMethod("evonormS0", {
  runtime: () => runtime,
  op: (x, v, weight, bias) => evonormS0(x, 2, { v, weight, bias }),
  oracle: (shape, x, v, weight, bias) => reference.evonormS0(shape, 2, x, v, weight, bias),
  cases: [
    [[[2, 6, 3, 3], ...parameters(6)], "three planes a group, with tails"],
    [[[3, 2, 8], ...parameters(2)], "one plane a group"],
    [[[3, 4], ...parameters(4)], "planes of one element"],
  ],
  large: [[16, 8, 40, 40], ...parameters(8)],
  hard: [[2, 4, 23], ...parameters(4)],
});

describeMethod("evonormB0, training", {
  runtime: () => runtime,
  op: (x, v, weight, bias) => evonormB0(x, { v, weight, bias, training: true }),
  oracle: (shape, x, v, weight, bias) => reference.evonormB0(shape, x, v, weight, bias),
  cases: [
    [[[3, 5, 3, 3], ...parameters(5)], "tails"],
    [[[4, 2, 8], ...parameters(2)], "whole vectors"],
    [[[5, 3], ...parameters(3)], "planes of one element"],
  ],
  large: [[16, 8, 40, 40], ...parameters(8)],
  hard: [[2, 4, 23], ...parameters(4)],
});

const runningVar = (c: number) => Float32Array.from({ length: c }, (_, i) => 0.5 + i / 4);
describeMethod("evonormB0, evaluation", {
  runtime: () => runtime,
  op: (x: Tensor, v, weight, bias) => {
    const variance = runningVar(x.shape[1]);
    const running = tensor(variance, [variance.length], { runtime: x.runtime });
    return evonormB0(x, { v, weight, bias, runningVar: running });
  },
  oracle: (shape, x, v, weight, bias) =>
    reference.evonormB0(shape, x, v, weight, bias, runningVar(shape[1])),
  cases: [[[[3, 4, 3, 3], ...parameters(4)], "the batch's variance is a constant"]],
  large: [[16, 8, 40, 40], ...parameters(8)],
});

describe("evonorm", () => {
  test("B0 moves the running variance as batch norm does", () => {
    const shape = [4, 3, 5];
    const x = randomTensor(runtime, shape, 1);
    const runningVar = ones([3], { runtime });
    evonormB0(x, { runningVar, training: true, momentum: 0.3 });
    const before = { mean: [0, 0, 0], variance: [1, 1, 1] };
    expectClose(runningVar.data, moved(normal(60, 1), shape, before, 0.3).variance, 1e-6);
  });

  test("refusals", () => {
    const x = zeros([2, 6, 4], { runtime });
    expect(() => evonormS0(x, 4)).toThrow(
      "evonormS0: expected numGroups to divide the channels, got 4 and 6",
    );
    expect(() => evonormS0(zeros([6], { runtime }), 2)).toThrow(RangeError);
    expect(() => evonormS0(x, 2, { v: zeros([2], { runtime }) })).toThrow(
      "evonormS0: expected v of shape [6], got [2]",
    );
    expect(() => evonormB0(x)).toThrow("expected runningVar to be defined in evaluation mode");
    expect(() => evonormB0(zeros([1, 3, 1], { runtime }), { training: true })).toThrow(
      "Expected more than 1 value per channel when training",
    );
    expect(evonormS0(zeros([0, 4, 3], { runtime }), 2).shape).toEqual([0, 4, 3]);
    expect(evonormB0(zeros([0, 4, 3], { runtime }), { training: true }).shape).toEqual([0, 4, 3]);
  });
});
