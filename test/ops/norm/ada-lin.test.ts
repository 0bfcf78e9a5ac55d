import { describe, expect, test } from "vitest";
import { adaLIN, layerInstanceNorm } from "../../../src/ops/norm/ada-lin.js";
import { zeros } from "../../../src/tensor.js";
import { useRuntime } from "../../helpers.js";
import * as reference from "../../reference/ada-lin.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

describe.each([0, 1] as const)("correction %i", (correction) => {
  const oracle = (shape: readonly number[], ...inputs: Float64Array[]) => {
    const [x, rho, weight, bias] = inputs;
    return reference.adaLIN(shape, x, rho, weight, bias, { correction });
  };
  describeMethod("adaLIN", {
    runtime: () => runtime,
    op: (x, rho, weight, bias) => adaLIN(x, rho, weight, bias, { correction }),
    oracle,
    cases: [
      [[[2, 3, 4, 4], [3], [2, 3], [2, 3]], "whole vectors"],
      [[[3, 2, 7], [2], [3, 2], [3, 2]], "a tail, one axis of space"],
    ],
    large: [[6, 8, 70, 70], [8], [6, 8], [6, 8]],
    hard: [[2, 3, 23], [3], [2, 3], [2, 3]],
  });
  describeMethod("layerInstanceNorm", {
    runtime: () => runtime,
    op: (x, rho, weight, bias) => layerInstanceNorm(x, rho, weight, bias, { correction }),
    oracle,
    cases: [[[[2, 3, 4, 4], [3], [3], [3]], "parameters shared by the samples"]],
    large: [[6, 8, 70, 70], [8], [8], [8]],
    hard: [[2, 3, 23], [3], [3], [3]],
  });
});

test("refusals", () => {
  const zerosOf = (shape: number[]) => zeros(shape, { runtime });
  const [rho, p] = [zerosOf([3]), zerosOf([2, 3])];
  expect(() => adaLIN(zerosOf([2, 3, 4]), zerosOf([2]), p, p)).toThrow(
    "expected rho of shape [3], got [2]",
  );
  expect(() => adaLIN(zerosOf([2, 3, 4]), rho, rho, p)).toThrow("expected weight of shape [2, 3]");
  expect(() => layerInstanceNorm(zerosOf([2, 3, 4]), rho, rho, p)).toThrow(
    "expected bias of shape [3]",
  );
  expect(() => adaLIN(zerosOf([2, 3, 1]), rho, p, p, { correction: 1 })).toThrow(
    "Expected more than 1",
  );
  expect(() => adaLIN(zerosOf([2, 3, 1]), rho, p, p)).not.toThrow();
  const none = zerosOf([0, 3]);
  expect(adaLIN(zerosOf([0, 3, 4]), rho, none, none).shape).toEqual([0, 3, 4]);
});
