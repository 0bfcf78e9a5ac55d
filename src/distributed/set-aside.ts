// Gradients that are there before a backward pass: sums over the ranks, which must not be summed again, and those that
// wait since `noSync`.
import type { Tensor } from "../tensor.js";

/**
 * Takes the gradients in `summed` out of the way, and divides the others by `total`. Returns those that were taken, by
 * parameter.
 */
export function setAside(
  parameters: Iterable<Tensor>,
  summed: WeakSet<Tensor>,
  total: number,
): Map<Tensor, Tensor> {
  const before = new Map<Tensor, Tensor>();
  for (const parameter of parameters) {
    const { grad } = parameter;
    if (!grad) continue;
    if (summed.has(grad)) {
      before.set(parameter, grad);
      parameter.grad = null;
    } else if (total !== 1) change(grad, (value) => value / total);
  }
  return before;
}

/** Adds the new sums to what was taken, which is `.grad` again. */
export function addBack(before: ReadonlyMap<Tensor, Tensor>): void {
  for (const [parameter, grad] of before) {
    const sums = parameter.grad;
    parameter.grad = grad;
    if (!sums) continue;
    const { elements } = sums;
    change(grad, (value, i) => value + elements[i]);
    sums.dispose();
  }
}

function change(grad: Tensor, value: (before: number, i: number) => number): void {
  grad.elements.forEach((before, i, list) => {
    list[i] = value(before, i);
  });
  grad.written();
}
