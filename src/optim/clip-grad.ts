import { call } from "../call.js";
import { checkTensor } from "../ops/check.js";
import { float64, planeProducts, planesAlong, scalePlanes } from "../ops/norm/slice-maps.js";
import { checkOptions } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkNonNegative } from "./optimizer.js";

/** Options of `clipGradNorm`. */
export interface ClipGradNormOptions {
  /** Throw if the norm is NaN or infinite; false by default. Otherwise every gradient would become NaN or infinite. */
  errorIfNonfinite?: boolean;
}

/**
 * Scales all gradients by the same factor, so that their common 2-norm is at most `maxNorm`. Returns the norm before
 * scaling, summed in float64. Parameters without a gradient are ignored.
 * @throws RangeError for maxNorm below 0; Error, with `errorIfNonfinite`, for a norm that is not finite
 * @source torch.nn.utils.clip_grad_norm_
 */
export function clipGradNorm(
  parameters: Iterable<Tensor>,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): number {
  const rules = { errorIfNonfinite: "boolean" } as const;
  const { errorIfNonfinite = false } = checkOptions("clipGradNorm", options, rules);
  checkNonNegative("clipGradNorm", "maxNorm", maxNorm);
  return call("clipGradNorm", () =>
    clip(gradients("clipGradNorm", parameters), maxNorm, errorIfNonfinite),
  );
}

function clip(grads: Tensor[], maxNorm: number, errorIfNonfinite: boolean): number {
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
  const factors = grads.map((grad) => {
    const { planes } = planesOf(grad);
    return float64(grad, new Float64Array(planes).fill(factor));
  });
  // nothing is allocated after this point
  for (const [i, grad] of grads.entries()) {
    scalePlanes(grad, planesOf(grad), factors[i]);
    grad.written();
    factors[i].dispose();
  }
  return norm;
}

/**
 * Limits every element of every gradient to −clipValue … clipValue.
 * @throws RangeError for clipValue below 0
 * @source torch.nn.utils.clip_grad_value_
 */
export function clipGradValue(parameters: Iterable<Tensor>, clipValue: number): void {
  checkNonNegative("clipGradValue", "clipValue", clipValue);
  for (const grad of gradients("clipGradValue", parameters)) {
    const { elements } = grad;
    for (let i = 0; i < elements.length; i++)
      elements[i] = Math.min(Math.max(elements[i], -clipValue), clipValue);
    grad.written();
  }
}

/** All gradients. Throws if one of them was disposed. */
function gradients(op: string, parameters: Iterable<Tensor>): Tensor[] {
  if (typeof parameters?.[Symbol.iterator] !== "function")
    throw new TypeError(`${op}: expected parameters to be an iterable of tensors`);
  return [...parameters].flatMap((parameter, i) => {
    checkTensor(op, `parameter ${i}`, parameter);
    const { grad } = parameter;
    if (grad) checkTensor(op, `gradient ${i}`, grad);
    return grad ?? [];
  });
}

/** The slices that threads share. */
const planesOf = ({ shape }: Tensor) => planesAlong(shape, shape.length > 1 ? 0 : null);
