import { describe, expect, test } from "vitest";
import { meanVarianceNorm } from "../../../src/ops/norm/mean-variance-norm.js";
import { zeros } from "../../../src/tensor.js";
import { useRuntime } from "../../helpers.js";
import { coordinates, indexOf } from "../../reference/broadcast.js";
import * as reference from "../../reference/sets.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

const oracle = (axes: number[]) => (shape: readonly number[], x: Float64Array) => {
  const over = axes.map((axis) => (axis + shape.length) % shape.length);
  const kept = shape.map((n, axis) => (over.includes(axis) ? 1 : n));
  const setOf = (i: number) =>
    indexOf(
      coordinates(i, shape).map((at, axis) => (over.includes(axis) ? 0 : at)),
      kept,
    );
  const count = kept.reduce((a, b) => a * b, 1);
  return reference.forward(
    x,
    { count, setOf, parameters: 1, parameterOf: () => 0 },
    { eps: 1e-18 },
  );
};

describe.each([
  [[0, 2, 3], "as batch norm: ONNX's default"],
  [[2, 3], "rows"],
  [[1], "columns"],
  [[1, 2], "columns of two axes"],
  [[0, 1, 2, 3], "all"],
  [[-1, 1], "neither: turned there and back"],
])("axes %j: %s", (axes) => {
  describeMethod("meanVarianceNorm", {
    runtime: () => runtime,
    op: (x) => meanVarianceNorm(x, { axes }),
    oracle: oracle(axes),
    cases: [
      [[[2, 3, 4, 4]], "whole vectors"],
      [[[3, 4, 2, 5]], "tails"],
    ],
    large: [[4, 8, 50, 50]],
    hard: [[2, 4, 3, 5]],
  });
});

test("refusals", () => {
  const x = zeros([2, 3, 4], { runtime });
  expect(() => meanVarianceNorm(x)).toThrow("meanVarianceNorm: expected dim from -3 to 2, got 3");
  expect(() => meanVarianceNorm(x, { axes: [] })).toThrow("expected one or more axes");
  expect(() => meanVarianceNorm(x, { axes: [1, -2] })).toThrow("expected each dim once");
});
