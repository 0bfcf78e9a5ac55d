import { describe, expect, test } from "vitest";
import { batchNorm } from "../../../src/ops/norm/batch-norm.js";
import {
  conditionalBatchNorm,
  conditionalInstanceNorm,
  film,
} from "../../../src/ops/norm/conditional-norm.js";
import { ones, zeros } from "../../../src/tensor.js";
import { expectClose, gradcheck, randomTensor, useRuntime } from "../../helpers.js";
import { batchNormSets } from "../../reference/batch-norm.js";
import { groupNormSets } from "../../reference/group-norm.js";
import * as reference from "../../reference/sets.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

/** The same sets with a scale and a shift for each plane. */
const perPlane = (of: reference.Sets, shape: readonly number[]): reference.Sets => ({
  ...of,
  parameters: shape[0] * shape[1],
  parameterOf: groupNormSets(shape, shape[1]).setOf,
});
const cases: [number[][], string][] = [
  [
    [
      [2, 3, 4, 4],
      [2, 3],
      [2, 3],
    ],
    "whole vectors",
  ],
  [
    [
      [3, 2, 7],
      [3, 2],
      [3, 2],
    ],
    "a tail, one axis of space",
  ],
];
const large = [
  [6, 8, 70, 70],
  [6, 8],
  [6, 8],
];
const hard = [
  [2, 3, 23],
  [2, 3],
  [2, 3],
];

describeMethod("conditionalInstanceNorm", {
  runtime: () => runtime,
  op: (x, scale, shift) => conditionalInstanceNorm(x, scale, shift),
  oracle: (shape, x, weight, bias) => {
    const sets = perPlane(groupNormSets(shape, shape[1]), shape);
    return reference.forward(x, sets, { weight, bias, eps: 1e-5 });
  },
  cases,
  large,
  hard,
});

describeMethod("conditionalBatchNorm", {
  runtime: () => runtime,
  op: (x, scale, shift) => conditionalBatchNorm(x, scale, shift, { training: true }),
  oracle: (shape, x, weight, bias) =>
    reference.forward(x, perPlane(batchNormSets(shape), shape), { weight, bias, eps: 1e-5 }),
  cases: [
    ...cases,
    [
      [
        [4, 3],
        [4, 3],
        [4, 3],
      ],
      "[N, C]",
    ],
  ],
  large,
  hard,
});

describeMethod("film", {
  runtime: () => runtime,
  op: (x, scale, shift) => film(x, scale, shift),
  oracle: (shape, x, scale, shift) => {
    const plane = groupNormSets(shape, shape[1]).setOf;
    return x.map((v, i) => v * scale[plane(i)] + shift[plane(i)]);
  },
  cases: [
    ...cases,
    [
      [
        [4, 3],
        [4, 3],
        [4, 3],
      ],
      "[N, C]",
    ],
  ],
  large,
});

describe("conditionalBatchNorm", () => {
  const statistics = () => ({
    runningMean: randomTensor(runtime, [3], 5),
    runningVar: ones([3], { runtime }),
  });
  const one = () => [ones([2, 3], { runtime }), zeros([2, 3], { runtime })] as const;

  test("moves and uses the running statistics as batch norm does", () => {
    const x = randomTensor(runtime, [2, 3, 40], 1);
    const [mine, plain] = [statistics(), statistics()];
    const y = conditionalBatchNorm(x, ...one(), { ...mine, training: true });
    expectClose(y.data, batchNorm(x, { ...plain, training: true }).toArray(), 1e-7);
    expect(mine.runningMean.data).toEqual(plain.runningMean.data);
    expect(mine.runningVar.data).toEqual(plain.runningVar.data);
    expectClose(
      conditionalBatchNorm(x, ...one(), mine).toArray(),
      batchNorm(x, plain).toArray(),
      1e-7,
    );
  });

  test("gradients with running statistics", () => {
    const { runningMean, runningVar } = statistics();
    const [mean, variance] = [runningMean, runningVar].map((t) => Float64Array.from(t.data));
    const shape = [2, 3, 5];
    gradcheck(
      (x, scale, shift) => conditionalBatchNorm(x, scale, shift, { runningMean, runningVar }),
      (x, weight, bias) =>
        reference.forward(x, perPlane(batchNormSets(shape), shape), {
          weight,
          bias,
          eps: 1e-5,
          constant: { mean, variance },
        }),
      [shape, [2, 3], [2, 3]].map((of, i) => randomTensor(runtime, of, i)),
    );
  });
});

test("refusals", () => {
  const zerosOf = (shape: number[]) => zeros(shape, { runtime });
  const p = zerosOf([2, 3]);
  expect(() => film(zerosOf([2, 3, 4]), zerosOf([3]), p)).toThrow(
    "film: expected scale of shape [2, 3]",
  );
  expect(() => film(zerosOf([3]), p, p)).toThrow("expected input of shape [N, C, ...]");
  expect(() => conditionalInstanceNorm(zerosOf([2, 3, 1]), p, p)).toThrow(
    "Expected more than 1 spatial",
  );
  expect(() => conditionalInstanceNorm(zerosOf([2, 3, 4]), p, zerosOf([2, 4]))).toThrow(
    "expected shift",
  );
  expect(() => conditionalBatchNorm(zerosOf([2, 3, 4]), p, p)).toThrow(
    "must be defined in evaluation",
  );
  const q = zerosOf([1, 3]);
  expect(() => conditionalBatchNorm(zerosOf([1, 3]), q, q, { training: true })).toThrow(
    "Expected more than 1 value per channel when training",
  );
});
