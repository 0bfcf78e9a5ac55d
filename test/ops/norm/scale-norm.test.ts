import { describe, expect, test } from "vitest";
import { mul } from "../../../src/ops/elementwise/mul.js";
import { layerScale } from "../../../src/ops/norm/layer-scale.js";
import { qkNorm } from "../../../src/ops/norm/qk-norm.js";
import { scaleNorm } from "../../../src/ops/norm/scale-norm.js";
import { zeros } from "../../../src/tensor.js";
import { useRuntime } from "../../helpers.js";
import { scaledRows } from "../../reference/scaled-rows.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

describeMethod("scaleNorm", {
  runtime: () => runtime,
  op: (x, scale) => scaleNorm(x, scale),
  oracle: (shape, x, scale) =>
    scaledRows(x, shape[shape.length - 1], { kind: "norm", eps: 1e-5 }).map((v) => v * scale[0]),
  cases: [
    [[[3, 4, 8], []], "whole vectors"],
    [[[20, 7], []], "tails, two blocks of the backward pass"],
  ],
  large: [[900, 130], []],
  hard: [[4, 16], []],
});

describeMethod("qkNorm", {
  runtime: () => runtime,
  // A product, so that gradients reach both q and k.
  op: (q, k, scale) => {
    const made = qkNorm(q, k, scale);
    return mul(made.q, made.k);
  },
  oracle: (shape, q, k, scale) => {
    const unit = (x: Float64Array) =>
      scaledRows(x, shape[shape.length - 1], { kind: "norm", eps: 1e-12 });
    const units = unit(k);
    return unit(q).map((v, i) => v * scale[0] * units[i]);
  },
  cases: [[[[2, 5, 8], [2, 5, 8], []], "heads"]],
  large: [[900, 64], [900, 64], []],
});

describe.each(["nchw", "nhwc"] as const)("%s", (layout) => {
  describeMethod("layerScale", {
    runtime: () => runtime,
    op: (x, weight) => layerScale(x, weight, { layout }),
    oracle: (_, x, weight) =>
      x.map((v, i) => v * weight[layout === "nhwc" ? i % 3 : Math.floor(i / (x.length / 6)) % 3]),
    cases: [[[layout === "nchw" ? [2, 3, 5] : [2, 5, 3], [3]], "three channels"]],
    large: [layout === "nchw" ? [2, 3, 30000] : [2, 30000, 3], [3]],
  });
});

test("refusals", () => {
  const x = zeros([2, 3], { runtime });
  expect(() => scaleNorm(x, zeros([3], { runtime }))).toThrow(
    "scaleNorm: expected scale of shape [], got [3]",
  );
  expect(() => scaleNorm(zeros([], { runtime }), zeros([], { runtime }))).toThrow(RangeError);
  expect(() => layerScale(x, zeros([2], { runtime }))).toThrow("expected weight of shape [3]");
  expect(() =>
    layerScale(zeros([3], { runtime }), zeros([3], { runtime }), { layout: "nchw" }),
  ).toThrow("expected input with a channel axis");
});
