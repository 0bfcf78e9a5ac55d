import { expect, test } from "vitest";
import { adaLN, gatedAdd } from "../../../src/ops/norm/ada-ln.js";
import { modulate } from "../../../src/ops/norm/modulate.js";
import { zeros } from "../../../src/tensor.js";
import { useRuntime } from "../../helpers.js";
import { rowSets } from "../../reference/layer-norm.js";
import * as reference from "../../reference/sets.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

/** The function from the index of an element of [N, ..., D] to the index of its sample's parameter in [N, D]. */
const parameterOf = (shape: readonly number[]) => {
  const cols = shape[shape.length - 1];
  const sample = shape.slice(1).reduce((a, b) => a * b, 1);
  return (i: number) => Math.floor(i / sample) * cols + (i % cols);
};

describeMethod("adaLN", {
  runtime: () => runtime,
  op: (x, scale, shift) => adaLN(x, scale, shift),
  oracle: (shape, x, scale, bias) => {
    const sets = { ...rowSets(x.length, shape[shape.length - 1]), parameterOf: parameterOf(shape) };
    return reference.forward(x, sets, { weight: scale.map((s) => 1 + s), bias, eps: 1e-6 });
  },
  cases: [
    [
      [
        [2, 5, 8],
        [2, 8],
        [2, 8],
      ],
      "tokens",
    ],
    [
      [
        [3, 2, 3, 7],
        [3, 7],
        [3, 7],
      ],
      "two axes of tokens, a tail",
    ],
    [
      [
        [4, 6],
        [4, 6],
        [4, 6],
      ],
      "no tokens",
    ],
  ],
  large: [
    [3, 300, 130],
    [3, 130],
    [3, 130],
  ],
  hard: [
    [2, 3, 64],
    [2, 64],
    [2, 64],
  ],
});

describeMethod("gatedAdd", {
  runtime: () => runtime,
  op: (x, branch, gate) => gatedAdd(x, gate, branch),
  oracle: (shape, x, branch, gate) => x.map((v, i) => v + branch[i] * gate[parameterOf(shape)(i)]),
  cases: [
    [
      [
        [2, 5, 6],
        [2, 5, 6],
        [2, 6],
      ],
      "tokens",
    ],
  ],
  large: [
    [3, 300, 130],
    [3, 300, 130],
    [3, 130],
  ],
});

describeMethod("modulate", {
  runtime: () => runtime,
  op: modulate,
  oracle: (_, x, scale, shift) => x.map((v, i) => v * (1 + scale[i]) + shift[i]),
  cases: [
    [
      [
        [2, 8],
        [2, 8],
        [2, 8],
      ],
      "whole vectors",
    ],
    [
      [
        [3, 5],
        [3, 5],
        [3, 5],
      ],
      "a tail",
    ],
  ],
  large: [
    [300, 333],
    [300, 333],
    [300, 333],
  ],
});

test("refusals", () => {
  const zerosOf = (shape: number[]) => zeros(shape, { runtime });
  expect(() => adaLN(zerosOf([2, 5, 4]), zerosOf([4]), zerosOf([2, 4]))).toThrow(
    "expected scale of shape [2, 4]",
  );
  expect(() => adaLN(zerosOf([4]), zerosOf([4]), zerosOf([4]))).toThrow(
    "expected input of shape [N, ..., D]",
  );
  expect(() => gatedAdd(zerosOf([2, 5, 4]), zerosOf([2, 4]), zerosOf([2, 4]))).toThrow(
    "expected branch of shape",
  );
  expect(() => modulate(zerosOf([2, 4]), zerosOf([4]), zerosOf([2, 4]))).toThrow(
    "expected scale of shape [2, 4]",
  );
  expect(adaLN(zerosOf([2, 0, 4]), zerosOf([2, 4]), zerosOf([2, 4])).shape).toEqual([2, 0, 4]);
});
