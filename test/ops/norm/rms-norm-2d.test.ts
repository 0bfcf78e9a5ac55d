import { describe, expect, test } from "vitest";
import { rmsNorm2d } from "../../../src/ops/norm/rms-norm-2d.js";
import { zeros } from "../../../src/tensor.js";
import { randomTensor, useRuntime } from "../../helpers.js";
import { axisSets } from "../../reference/axis-norm.js";
import * as reference from "../../reference/sets.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

describeMethod("rmsNorm2d", {
  runtime: () => runtime,
  op: (x, weight) => rmsNorm2d(x, { weight }),
  oracle: (shape, x, weight) =>
    reference.forward(x, axisSets(shape, 1), { weight, eps: 1e-6, centre: false }),
  cases: [
    [[[2, 5, 4, 4], [5]], "whole vectors"],
    [[[3, 8, 3, 3], [8]], "tails, more than one block of the backward pass"],
    [[[6, 7], [7]], "[N, C]: rows with a tail"],
    [[[2, 1, 5], [1]], "one channel: all of the gradient but a share of eps cancels"],
    [[[5, 1], [1]], "one channel, no space: rows"],
  ],
  large: [[6, 48, 40, 40], [48]],
  hard: [[2, 16, 3, 3], [16]],
});

describe("rmsNorm2d", () => {
  test("refusals and an empty batch", () => {
    expect(() => rmsNorm2d(zeros([3], { runtime }))).toThrow("expected input of shape [N, C");
    const x = zeros([2, 3, 4], { runtime });
    expect(() => rmsNorm2d(x, { weight: zeros([4], { runtime }) })).toThrow(
      "rmsNorm2d: expected weight of shape [3], got [4]",
    );
    expect(() => rmsNorm2d(x, { eps: "small" as unknown as number })).toThrow(TypeError);
    const weight = randomTensor(runtime, [3], 1, true);
    rmsNorm2d(zeros([0, 3, 4], { runtime }), { weight }).backward(zeros([0, 3, 4], { runtime }));
    expect(weight.grad?.data).toEqual(new Float32Array(3));
  });
});
