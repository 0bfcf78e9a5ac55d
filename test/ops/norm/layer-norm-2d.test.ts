import { describe, expect, test } from "vitest";
import { layerNorm2d } from "../../../src/ops/norm/layer-norm-2d.js";
import { pixelNorm } from "../../../src/ops/norm/pixel-norm.js";
import { tensor, zeros } from "../../../src/tensor.js";
import { randomTensor, useRuntime } from "../../helpers.js";
import { axisSets } from "../../reference/axis-norm.js";
import * as reference from "../../reference/sets.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

describeMethod("layerNorm2d", {
  runtime: () => runtime,
  op: (x, weight, bias) => layerNorm2d(x, { weight, bias }),
  oracle: (shape, x, weight, bias) =>
    reference.forward(x, axisSets(shape, 1), { weight, bias, eps: 1e-6 }),
  cases: [
    [[[2, 5, 4, 4], [5], [5]], "whole vectors"],
    [[[3, 8, 3, 3], [8], [8]], "tails, more than one block of the backward pass"],
    [[[6, 7], [7], [7]], "[N, C]: rows with a tail"],
    [[[2, 9, 40], [9], [9]], "one axis of space"],
  ],
  large: [[6, 48, 40, 40], [48], [48]],
  hard: [[2, 16, 3, 3], [16], [16]],
});

describeMethod("pixelNorm", {
  runtime: () => runtime,
  op: (x) => pixelNorm(x),
  oracle: (shape, x) => reference.forward(x, axisSets(shape, 1), { eps: 1e-8, centre: false }),
  cases: [
    [[[2, 5, 3, 3]], "tails"],
    [[[3, 10]], "rows"],
  ],
  large: [[6, 48, 40, 40]],
  hard: [[2, 16, 3, 3]],
});

describe("layerNorm2d", () => {
  test("one channel gives the bias; a constant exactly", () => {
    const bias = tensor([0.3], [1], { runtime });
    const one = layerNorm2d(randomTensor(runtime, [2, 1, 3], 1), { bias });
    expect([...one.data]).toEqual(Array(6).fill(bias.data[0]));
  });

  test("refusals and an empty batch", () => {
    expect(() => layerNorm2d(zeros([3], { runtime }))).toThrow("expected input of shape [N, C");
    expect(() => pixelNorm(zeros([3], { runtime }))).toThrow("expected input of shape [N, C");
    const x = zeros([2, 3, 4], { runtime });
    expect(() => layerNorm2d(x, { weight: zeros([4], { runtime }) })).toThrow(
      "layerNorm2d: expected weight of shape [3], got [4]",
    );
    const weight = randomTensor(runtime, [3], 1, true);
    layerNorm2d(zeros([0, 3, 4], { runtime }), { weight }).backward(zeros([0, 3, 4], { runtime }));
    expect(weight.grad?.data).toEqual(new Float32Array(3));
  });
});
