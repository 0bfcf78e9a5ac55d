// What the tests of the norms share: they run an operation with a random upstream gradient and compare with the oracle.
import { expect } from "vitest";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type Shape, sizeOf, type Tensor, tensor } from "../../src/tensor.js";
import { expectClose, normal } from "../helpers.js";
import * as reference from "../reference/sets.js";

export type Affine = { weight?: Tensor; bias?: Tensor };
export type Norm = (x: Tensor, affine: Affine) => Tensor;

/** For ordinary input: float32 sums of at most 64 numbers per SIMD lane, then float64; see assembly/lib/moments.ts. */
export const FORWARD = 2e-6;
export const BACKWARD = 1e-5;

export interface NormCase {
  runtime: Runtime;
  op: Norm;
  shape: Shape;
  sets: reference.Sets;
  /** The shape of weight and bias. */
  parameters: Shape;
  with?: ("weight" | "bias")[];
  data?: Float32Array;
  options?: Partial<reference.Options>;
}

/**
 * Compares output, dx, dweight and dbias with the oracle. Returns these results, so that tests can compare their bits.
 */
export function expectNorm(c: NormCase, forward = FORWARD, backward = BACKWARD): Float32Array[] {
  const { runtime, op, shape, sets, parameters } = c;
  const values = c.data ?? normal(sizeOf(shape), 11, 2, 0.5);
  const x = tensor(values, shape, { runtime, requiresGrad: true });
  const affine: Affine = {};
  for (const [i, name] of (c.with ?? ["weight", "bias"]).entries()) {
    const data = normal(sizeOf(parameters), 12 + i);
    affine[name] = tensor(data, parameters, { runtime, requiresGrad: true });
  }
  const { weight, bias } = affine;
  const y = op(x, affine);
  const dy = tensor(normal(x.size, 14), shape, { runtime });
  y.backward(dy);
  const options = { eps: 1e-5, weight: weight?.data, bias: bias?.data, ...c.options };
  const want = reference.backward(values, dy.data, sets, options);
  expect(y.shape).toEqual(shape);
  expectClose(y.data, reference.forward(values, sets, options), forward, "output");
  const difference = want.dx.map((v, i) => want.terms[i] + (x.grad?.data[i] ?? Number.NaN) - v);
  expectClose(difference, want.terms, backward, "dx");
  if (weight) expectClose(weight.grad?.data ?? [], want.dweight, backward, "dweight");
  if (bias) expectClose(bias.grad?.data ?? [], want.dbias, backward, "dbias");
  const made = [y, x.grad, weight?.grad, bias?.grad].map((t) => t?.toArray() ?? new Float32Array());
  for (const t of [x, y, dy, weight, bias]) t?.dispose();
  return made;
}
