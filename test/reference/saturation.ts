import { sizeOf } from "../../src/tensor.js";

/** f(alpha·x + shift)·γ + β, with the features on the last axis or on axis 1. */
export function saturation(
  shape: readonly number[],
  first: boolean,
  f: (z: number) => number,
  x: Float64Array,
  alpha: number,
  shift: number,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
): Float64Array {
  const pitch = first ? sizeOf(shape.slice(2)) : 1;
  const features = first ? shape[1] : (shape.at(-1) ?? 1);
  return x.map((v, i) => {
    const c = Math.floor(i / pitch) % features;
    return f(alpha * v + shift) * gamma[c] + beta[c];
  });
}
