// Checks second derivatives of an operation by central differences of its first ones.

import { expect } from "vitest";
import { grad } from "../../src/grad/grad.js";
import { add } from "../../src/ops/elementwise/add.js";
import { mul } from "../../src/ops/elementwise/mul.js";
import { sum } from "../../src/ops/reduce/sum.js";
import { type Tensor, tensor, tidy } from "../../src/tensor.js";
import { expectClose, normal } from "../helpers.js";

/** The tensors of a result that have a gradient. */
export const outputsOf = (result: unknown): Tensor[] =>
  (Symbol.iterator in Object(result) || !(result as Tensor).shape
    ? Object.values(result as object)
    : [result as Tensor]
  ).filter((t) => t?.requiresGrad);

const like = (t: Tensor, seed: number) =>
  tensor(normal(t.size, seed), t.shape, { runtime: t.runtime });

/** Σ ⟨a, b⟩ over pairs of tensors. */
const product = (a: readonly Tensor[], b: readonly Tensor[]): Tensor =>
  a.map((t, i) => sum(mul(t, b[i]))).reduce((total, t) => add(total, t));

/**
 * With directions u of the inputs, the gradient of ⟨∇⟨y, v⟩, u⟩ for the inputs is the change of ∇⟨y, v⟩ along u, and
 * that for v is the change of y along u. First derivatives are good to 10⁻⁷ or so, which the step of 2·10⁻³ makes 10⁻⁴
 * of their size. Its own square is far less.
 */
export function checkSecond(
  op: (...inputs: Tensor[]) => unknown,
  inputs: Tensor[],
  tolerance = 2e-3,
  step = 2e-3,
): void {
  tidy(() => {
    for (const input of inputs) input.requiresGrad = true;
    const outputs = outputsOf(op(...inputs));
    const upstream = outputs.map((y, i) => like(y, 100 + i));
    const u = inputs.map((x, i) => like(x, 200 + i));
    for (const v of upstream) v.requiresGrad = true;
    const orZeros = (g: Tensor | null, i: number) => g ?? mul(inputs[i].detach(), 0);

    const given = { gradOutputs: upstream, allowUnused: true };
    const first = grad(outputs, inputs, { ...given, createGraph: true }).map(orZeros);
    const plain = grad(outputs, inputs, { ...given, retainGraph: true }).map(orZeros);
    first.forEach((g, i) => {
      expectClose(g.elements, plain[i].elements, 5e-5, `first gradient of input ${i}`);
    });
    const along = product(first, u);
    const got = along.requiresGrad
      ? grad(along, [...inputs, ...upstream], { allowUnused: true })
      : [...inputs, ...upstream].map(() => null);

    const values = inputs.map((x) => x.toArray());
    const at = (side: number) => {
      inputs.forEach((x, i) => {
        x.elements.set(values[i].map((value, k) => value + side * step * u[i].elements[k]));
        x.written();
      });
      const ys = outputsOf(op(...inputs));
      const grads = grad(ys, inputs, given).map(orZeros);
      return [...grads, ...ys].map((t) => Float64Array.from(t.elements));
    };
    const [above, below] = [at(1), at(-1)];
    inputs.forEach((x, i) => {
      x.elements.set(values[i]);
      x.written();
    });
    above.forEach((list, i) => {
      const want = list.map((a, k) => (a - below[i][k]) / (2 * step));
      const off = Math.hypot(...want.map((w, k) => w - (got[i]?.elements[k] ?? 0)));
      // A difference of two float32 numbers has their rounding, divided by the step.
      const allowed = tolerance * Math.hypot(...want) + 1e-4 * Math.hypot(...list);
      expect(off, `derivative ${i}: ${got[i]} for ${want}`).toBeLessThanOrEqual(allowed);
    });
  });
}
