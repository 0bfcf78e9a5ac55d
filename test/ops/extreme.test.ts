// Input for which other libraries return NaN, zeros or noise. Every norm is compared with float64 in both passes.
import { describe, expect, test } from "vitest";
import { batchNorm } from "../../src/ops/norm/batch-norm.js";
import { groupNorm } from "../../src/ops/norm/group-norm.js";
import { instanceNorm } from "../../src/ops/norm/instance-norm.js";
import { layerNorm } from "../../src/ops/norm/layer-norm.js";
import { rmsNorm } from "../../src/ops/norm/rms-norm.js";
import { type Shape, sizeOf, type Tensor, tensor } from "../../src/tensor.js";
import { normal, relativeError, useRuntime } from "../helpers.js";
import { batchNormSets } from "../reference/batch-norm.js";
import { groupNormSets } from "../reference/group-norm.js";
import { rowSets } from "../reference/layer-norm.js";
import * as reference from "../reference/sets.js";
import type { Affine, Norm } from "./norm-cases.js";

const runtime = await useRuntime();

const inputs: [name: string, make: (n: number) => Float32Array][] = [
  ["40000 … 40003", (n) => Float32Array.from({ length: n }, (_, i) => 40000 + (i % 4))],
  ["constant 1234", (n) => new Float32Array(n).fill(1234)],
  ["constant 0", (n) => new Float32Array(n)],
  ["constant 3e38", (n) => new Float32Array(n).fill(3e38)],
  ["1e4 + N(0, 1)", (n) => normal(n, 1, 1, 1e4)],
  ["1e6 + N(0, 1)", (n) => normal(n, 2, 1, 1e6)],
  ["N(0, 1)·1e-20", (n) => normal(n, 3, 1e-20)],
  ["N(0, 1)·1e18", (n) => normal(n, 4, 1e18)],
  ["N(0, 1)·1e37", (n) => normal(n, 5, 1e37)],
  ["±3e38", (n) => Float32Array.from({ length: n }, (_, i) => (i % 3 ? 3e38 : -3e38))],
  ["one outlier at the start", (n) => normal(n, 6).fill(1e6, 0, 1)],
  ["a step halfway", (n) => normal(n, 7).map((v, i) => (i < n / 2 ? v : v + 1e5))],
  ["subnormal", (n) => normal(n, 8, 1e-41)],
];

interface Subject {
  name: string;
  shape: Shape;
  parameters: Shape;
  sets: reference.Sets;
  op: (options: { eps: number } & Affine) => (x: Tensor) => Tensor;
  centre?: boolean;
}
const planes = (name: string, shape: Shape, sets: reference.Sets, op: Subject["op"]): Subject => ({
  name,
  shape,
  parameters: [shape[1]],
  sets,
  op,
});
const group = (shape: Shape, groups: number) =>
  planes(
    `groupNorm ${shape} in ${groups}`,
    shape,
    groupNormSets(shape, groups),
    (o) => (x) => groupNorm(x, groups, o),
  );
const batch = (shape: Shape) =>
  planes(
    `batchNorm ${shape}`,
    shape,
    batchNormSets(shape),
    (o) => (x) => batchNorm(x, { ...o, training: true }),
  );
const instance = (shape: Shape) =>
  planes(
    `instanceNorm ${shape}`,
    shape,
    groupNormSets(shape, shape[1]),
    (o) => (x) => instanceNorm(x, o),
  );
const rows = (name: string, shape: Shape, norm: typeof layerNorm, centre: boolean): Subject => {
  const parameters = shape.slice(-1);
  const sets = rowSets(sizeOf(shape), parameters[0]);
  return {
    name: `${name} ${shape}`,
    shape,
    parameters,
    sets,
    centre,
    op:
      ({ eps, weight, bias }) =>
      (x) =>
        norm(x, parameters, centre ? { eps, weight, bias } : { eps, weight }),
  };
};
// Small sets, which are computed as a whole, and large sets, which are computed in parts.
const subjects: Subject[] = [
  batch([3, 4, 20]),
  batch([48, 5]),
  batch([2, 2, 9001]),
  instance([2, 3, 40]),
  instance([1, 2, 17003]),
  group([2, 6, 12], 2),
  group([1, 4, 8003], 1),
  rows("layerNorm", [5, 64], layerNorm, true),
  rows("layerNorm", [1, 40003], layerNorm, true),
  rows("rmsNorm", [5, 64], rmsNorm, false),
  rows("rmsNorm", [1, 40003], rmsNorm, false),
];

describe.each(subjects)("$name", ({ shape, parameters, sets, op, centre }) => {
  const eps = 1e-5;
  test.each(inputs)("%s", (_, make) => {
    const values = make(sizeOf(shape));
    const x = tensor(values, shape, { runtime, requiresGrad: true });
    const affine: Affine = {};
    for (const [i, name] of (["weight", "bias"] as const).entries())
      affine[name] = tensor(normal(sizeOf(parameters), i), parameters, {
        runtime,
        requiresGrad: true,
      });
    if (centre === false) affine.bias = undefined;
    const norm: Norm = (x, affine) => op({ eps, ...affine })(x);
    const y = norm(x, affine);
    const upstream = normal(x.size, 9);
    y.backward(tensor(upstream, shape, { runtime }));
    const data = { weight: affine.weight?.data, bias: affine.bias?.data };
    const options = { eps, centre, ...data };
    const want = reference.forward(values, sets, options);
    expect(relativeError(y.data, want)).toBeLessThanOrEqual(1e-5);

    // Gradients must be finite, and right relative to the terms that cancel in them.
    const gradients = reference.backward(values, upstream, sets, options);
    const got = x.grad?.data ?? new Float32Array();
    const error = relativeError(
      gradients.terms.map((term, i) => term + got[i] - gradients.dx[i]),
      gradients.terms,
    );
    expect(error).toBeLessThanOrEqual(1e-4);
    const size = relativeError(affine.weight?.grad?.data ?? [], gradients.dweight);
    const small = gradients.dweight.every((v) => Math.abs(v) < 1e-6);
    if (small) expect(affine.weight?.grad?.data.every((v) => Math.abs(v) < 1e-5)).toBe(true);
    else expect(size).toBeLessThanOrEqual(1e-4);
    for (const t of [x, y, affine.weight, affine.bias]) t?.dispose();
  });
});

test("a constant row gives exactly the bias", () => {
  const x = tensor(new Float32Array(256).fill(1234), [2, 128], { runtime });
  const bias = tensor(normal(128, 1), [128], { runtime });
  expect(layerNorm(x, [128], { bias }).toArray().subarray(128)).toEqual(bias.data);
});

test("without eps, tiny values are normalised as any others", () => {
  const values = normal(64, 1, 1e-30);
  const x = tensor(values, [1, 64], { runtime });
  const want = reference.forward(values, rowSets(64, 64), { eps: 0 });
  expect(relativeError(layerNorm(x, [64], { eps: 0 }).toArray(), want)).toBeLessThanOrEqual(1e-5);
});
