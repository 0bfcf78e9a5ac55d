import { describe, expect, test } from "vitest";
import { adaIN } from "../../../src/ops/norm/ada-in.js";
import { tensor, zeros } from "../../../src/tensor.js";
import { randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/ada-in.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

describe.each([
  [1, [2, 3, 5, 3]],
  [0, [2, 3, 7, 1]],
] as const)("correction %i, style %j", (correction, style) => {
  describeMethod("adaIN", {
    runtime: () => runtime,
    op: (x, s) => adaIN(x, s, { correction }),
    oracle: (shape, x, s) => reference.adaIN(shape, x, style, s, { correction }),
    cases: [
      [[[2, 3, 4, 4], style], "whole vectors"],
      [[[2, 3, 7], style], "a tail, one axis of space"],
    ],
    large: [
      [6, 8, 70, 70],
      [6, 8, 40, 60],
    ],
    hard: [[2, 3, 23], style],
  });
});

describe("adaIN", () => {
  test("a content of one element gives the mean of the style", () => {
    const x = randomTensor(runtime, [1, 1, 1], 1);
    const style = tensor([1, 3], [1, 1, 2], { runtime });
    expect([...adaIN(x, style, { correction: 0 }).toArray()]).toEqual([2]);
  });

  test("refusals", () => {
    const zerosOf = (shape: number[]) => zeros(shape, { runtime });
    expect(() => adaIN(zerosOf([2, 3, 1]), zerosOf([2, 3, 4]))).toThrow(
      "Expected more than 1 spatial",
    );
    expect(() => adaIN(zerosOf([2, 3, 4]), zerosOf([2, 3, 1]))).toThrow("got style size [2, 3, 1]");
    expect(() => adaIN(zerosOf([2, 3, 4]), zerosOf([1, 3, 4]))).toThrow(
      "adaIN: expected style with batch and channels [2, 3], got [1, 3, 4]",
    );
    expect(() => adaIN(zerosOf([2, 3]), zerosOf([2, 3, 4]))).toThrow(
      "expected input of shape [N, C, ...]",
    );
    expect(adaIN(zerosOf([0, 3, 4]), zerosOf([0, 3, 4])).shape).toEqual([0, 3, 4]);
  });
});
