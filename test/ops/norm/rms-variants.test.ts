import { expect, test } from "vitest";
import { crmsNorm } from "../../../src/ops/norm/crms-norm.js";
import { rmsNorm } from "../../../src/ops/norm/rms-norm.js";
import { type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { expectClose, randomTensor, useRuntime } from "../../helpers.js";
import { scaledRows } from "../../reference/scaled-rows.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

const shapes = {
  cases: [
    [[[3, 4, 8], [8]], "whole vectors"],
    [[[40, 7], [7]], "tails, more than one block"],
    [[[3, 130], [130]], "unrolled steps"],
  ] as [number[][], string][],
  large: [[700, 130], [130]],
  hard: [[4, 64], [64]],
};

describeMethod("rmsNorm, partial", {
  runtime: () => runtime,
  op: (x, weight) => rmsNorm(x, weight.shape, { weight, partial: 0.3, eps: 1e-6 }),
  oracle: (_, x, weight) =>
    scaledRows(x, weight.length, {
      kind: "rms",
      weight,
      eps: 1e-6,
      counted: Math.floor(weight.length * 0.3),
    }),
  ...shapes,
});

describeMethod("rmsNorm, eps outside", {
  runtime: () => runtime,
  op: (x, weight) => rmsNorm(x, weight.shape, { weight, epsOutside: true, eps: 1e-8 }),
  oracle: (_, x, weight) =>
    scaledRows(x, weight.length, { kind: "rmsEpsOutside", weight, eps: 1e-8 }),
  ...shapes,
});

describeMethod("rmsNorm, unit offset", {
  runtime: () => runtime,
  op: (x, weight) => rmsNorm(x, weight.shape, { weight, unitOffset: true, eps: 1e-6 }),
  oracle: (_, x, weight) =>
    scaledRows(x, weight.length, { kind: "rms", weight: weight.map((w) => 1 + w), eps: 1e-6 }),
  ...shapes,
});

describeMethod("crmsNorm", {
  runtime: () => runtime,
  op: (x, weight) => crmsNorm(x, { weight }),
  oracle: (_, x, weight) => scaledRows(x, weight.length, { kind: "centredRms", weight, eps: 1e-8 }),
  ...shapes,
});

test("of one column all of the gradient but a share of eps cancels", () => {
  const eps = 1e-6;
  const root = (v: number) => Math.sqrt(v * v + eps);
  const slopes: [op: (x: Tensor) => Tensor, slope: (v: number) => number][] = [
    [(x) => rmsNorm(x, [1], { eps }), (v) => eps / root(v) ** 3],
    [(x) => crmsNorm(x, { eps }), (v) => eps / root(v) ** 3],
    [(x) => rmsNorm(x, [1], { eps, epsOutside: true }), (v) => eps / (Math.abs(v) + eps) ** 2],
  ];
  for (const [op, slope] of slopes) {
    const x = tensor([0.5, -2, 30, 1e-3], [4, 1], { runtime, requiresGrad: true });
    op(x).backward(tensor([1, -3, 2, 1], [4, 1], { runtime }));
    x.grad?.data.forEach((got, i) => {
      const want = slope(x.data[i]) * [1, -3, 2, 1][i];
      expect(Math.abs(got / want - 1)).toBeLessThan(1e-6);
    });
  }
});

test("crmsNorm is the layer norm of the numbers with the one that makes their sum 0", () => {
  const x = randomTensor(runtime, [1, 5], 1);
  const all = [...x.data, -x.data.reduce((sum, v) => sum + v, 0)];
  const deviation = Math.sqrt(all.reduce((sum, v) => sum + v * v, 0) / 6 + 1e-8);
  expectClose(
    crmsNorm(x).toArray(),
    all.slice(0, 5).map((v) => v / deviation),
    1e-6,
  );
});

test("refusals", () => {
  const x = zeros([2, 4], { runtime });
  expect(() => rmsNorm(x, [4], { partial: 0 })).toThrow("expected partial in (0, 1], got 0");
  expect(() => rmsNorm(x, [2, 4], { partial: 0.5 })).toThrow("expected one axis");
  expect(() => rmsNorm(x, [5], { partial: 0.5 })).toThrow("Given normalizedShape [5]");
  for (const shape of [null, 4, [4n], []])
    expect(() => rmsNorm(x, shape as never, { partial: 0.5 })).toThrow(/^rmsNorm: /);
  expect(() => crmsNorm(x, { weight: zeros([5], { runtime }) })).toThrow(
    "expected weight of shape",
  );
  expect(crmsNorm(zeros([0, 4], { runtime })).shape).toEqual([0, 4]);
});
