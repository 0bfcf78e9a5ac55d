import { planeCombine, planeProducts, planesAlong } from "../ops/plane-maps.js";
import type { Tensor } from "../tensor.js";
import { checkNonNegative } from "./optimizer.js";

export interface ClipGradNormOptions {
  /** Throw when the norm is NaN or infinite, rather than make every gradient so. */
  errorIfNonfinite?: boolean;
}

/**
 * torch.nn.utils.clip_grad_norm_: scales all gradients by the same factor, so that their 2-norm, taken together, is `maxNorm` at
 * most. Returns the norm before, summed in float64. Parameters without gradient count for nothing.
 */
export function clipGradNorm(
  parameters: Iterable<Tensor>,
  maxNorm: number,
  { errorIfNonfinite = false }: ClipGradNormOptions = {},
): number {
  checkNonNegative("clipGradNorm", "maxNorm", maxNorm);
  const grads = gradients(parameters);
  let squares = 0;
  for (const grad of grads) {
    for (const sum of planeProducts(planesOf(grad), grad, grad)) squares += sum;
  }
  const norm = Math.sqrt(squares);
  if (errorIfNonfinite && !Number.isFinite(norm)) {
    throw new Error(
      `clipGradNorm: the norm of the gradients is ${norm}, so they cannot be clipped`,
    );
  }
  const factor = maxNorm / (norm + 1e-6);
  if (factor >= 1) return norm;
  for (const grad of grads) {
    const planes = planesOf(grad);
    planeCombine(grad, planes, { a: grad, p: new Float64Array(planes.planes).fill(factor) });
    grad.written();
  }
  return norm;
}

/** torch.nn.utils.clip_grad_value_: every element of every gradient is brought between −clipValue and clipValue. */
export function clipGradValue(parameters: Iterable<Tensor>, clipValue: number): void {
  checkNonNegative("clipGradValue", "clipValue", clipValue);
  for (const grad of gradients(parameters)) {
    const { elements } = grad;
    for (let i = 0; i < elements.length; i++)
      elements[i] = Math.min(Math.max(elements[i], -clipValue), clipValue);
    grad.written();
  }
}

const gradients = (parameters: Iterable<Tensor>): Tensor[] =>
  [...parameters].flatMap(({ grad }) => grad ?? []);

/** Slices for the threads to share. */
const planesOf = ({ shape }: Tensor) => planesAlong(shape, shape.length > 1 ? 0 : null);
