import { describe, expect, test } from "vitest";
import { momentShortcut, positionalNorm } from "../../../src/ops/norm/positional-norm.js";
import { zeros } from "../../../src/tensor.js";
import { useRuntime } from "../../helpers.js";
import { axisSets } from "../../reference/axis-norm.js";
import * as reference from "../../reference/sets.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

const moments = (shape: readonly number[], x: Float64Array, correction = 0) => {
  const sets = axisSets(shape, 1);
  const { mean, variance } = reference.statistics(x, sets);
  const n = shape[1];
  const std = variance.map((v) => Math.sqrt((v * n) / (n - correction) + 1e-5));
  return { mean, std, setOf: sets.setOf };
};

describe.each([0, 1] as const)("correction %i", (correction) => {
  describeMethod("positionalNorm", {
    runtime: () => runtime,
    op: (x) => positionalNorm(x, { correction }).output,
    oracle: (shape, x) => {
      const { mean, std, setOf } = moments(shape, x, correction);
      return x.map((v, i) => (v - mean[setOf(i)]) / std[setOf(i)]);
    },
    cases: [
      [[[2, 5, 3, 3]], "tails"],
      [[[3, 10]], "rows"],
    ],
    large: [[6, 48, 40, 40]],
    hard: [[2, 16, 3, 3]],
  });

  describeMethod("the moments of one input on another", {
    runtime: () => runtime,
    op: (x, other) => momentShortcut(other, positionalNorm(x, { correction })),
    oracle: (shape, x, other) => {
      const { mean, std, setOf } = moments(shape, x, correction);
      return other.map((v, i) => v * std[setOf(i)] + mean[setOf(i)]);
    },
    cases: [
      [
        [
          [2, 5, 3, 3],
          [2, 5, 3, 3],
        ],
        "gradients through mean and deviation",
      ],
    ],
    large: [
      [4, 20, 40, 40],
      [4, 20, 40, 40],
    ],
  });
});

test("positionalNorm refuses", () => {
  expect(() => positionalNorm(zeros([3], { runtime }))).toThrow("expected input of shape [N, C");
  const one = zeros([2, 1, 4], { runtime });
  expect(() => positionalNorm(one, { correction: 1 })).toThrow("expected more than 1 channel");
  expect([...positionalNorm(one).output.data]).toEqual(Array(8).fill(0));
});
