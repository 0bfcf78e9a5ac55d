import { uniform_ } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { full, keep, rewrite, type Shape, sizeOf, type Tensor, tensor, zeros } from "../tensor.js";

/** The option of every layer that has parameters. */
export interface LayerOptions {
  /** The runtime that holds the parameters; default: the runtime of `init()`. */
  runtime?: Runtime;
}

/** A trainable tensor that `tidy` does not free. */
export const constant = (shape: Shape, value: number, runtime?: Runtime): Tensor =>
  keep(full(shape, value, { runtime, requiresGrad: true }));

/**
 * PyTorch's default for the weight and bias of Linear and Conv: U(−1/√fanIn, 1/√fanIn). fanIn is the product of all
 * lengths but the first. For the weight this is the uniform rule of He et al. (arXiv 1502.01852) with a = √5.
 */
export function kaimingUniform(shape: Shape, fanIn: number, runtime?: Runtime): Tensor {
  const parameter = keep(zeros(shape, { runtime, requiresGrad: true }));
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  return uniform_(parameter, -bound, bound);
}

/** A counter of batches, which starts at 0. */
export const counter = (runtime?: Runtime): Tensor<"int64"> =>
  tensor(new BigInt64Array(1), [], { runtime });

/** Counts a batch. Layers call this after their norm, so that a refused call changes nothing. */
export function countBatch(counter: Tensor<"int64">): void {
  rewrite([counter], () => {
    counter.elements[0] += 1n;
  });
}

/**
 * Clips a parameter to [0, 1] in place. If all values are inside, nothing is written: a write would make the backward
 * pass of an earlier forward pass fail.
 */
export function intoUnit(parameter: Tensor): Tensor {
  const { elements } = parameter;
  if (!elements.some((value) => value < 0 || value > 1)) return parameter;
  const clipped = elements.map((value) => Math.min(Math.max(value, 0), 1));
  rewrite([parameter], () => elements.set(clipped));
  return parameter;
}

export const fanInOf = (shape: Shape): number => sizeOf(shape.slice(1));
