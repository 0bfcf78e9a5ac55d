// Norms whose statistics are made from those of the planes [N·C, L] of x [N, C, ...]. Each step is one pass over
// memory. The statistics are mixed by a loop over N·C numbers in float64.
import { NOWHERE } from "../../runtime/address.js";
import { activation } from "../../runtime/kernels.js";
import { empty, sizeOf, type Tensor, temporary } from "../../tensor.js";
import { forward, normalize, planOf, type Sets, statistics, stepsOf } from "./channel-norm.js";

export type Statistics = Tensor<"float64">;

export function planesOf({ shape }: Tensor): Sets {
  const planes = shape[0] * shape[1];
  const length = sizeOf(shape.slice(2));
  return { batch: 1, channels: planes, length, sets: planes, runs: 1, planeStep: 1 };
}

/** Statistics [planes, 3]: mean, biased variance and 1/√(variance + eps) of each plane. */
export function planeStatistics(x: Tensor, eps: number): Statistics {
  const s = planesOf(x);
  const stats = empty(x.runtime, [s.sets, 3], "float64");
  statistics(stats, x, s, eps);
  return stats;
}

/** y = x̂·weight + bias with one weight and bias for each plane. */
export function planeAffine(x: Tensor, stats: Statistics, weight: Tensor, bias: Tensor): Tensor {
  const y = empty(x.runtime, x.shape);
  normalize(y, stats, x, planesOf(x), { weight, bias, eps: 0 });
  return y;
}

/** planeAffine and the statistics [planes, 3], a plane at a time: x is read from memory once. */
export function planeNorm(
  stats: Statistics,
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  eps: number,
): Tensor {
  const y = empty(x.runtime, x.shape);
  forward(y, stats, x, planesOf(x), { weight, bias, eps });
  return y;
}

/** Sums [planes, 2]: Σdy and Σdy·x̂ of each plane. */
export function planeSums(dy: Tensor, x: Tensor, stats: Statistics): Float64Array {
  const s = planesOf(x);
  const steps = stepsOf(s);
  const { items, size, parts } = steps;
  using partials = temporary(x.runtime, [items, 2], "float64");
  const inputs = [NOWHERE, dy.ptr, x.ptr, stats.ptr, NOWHERE, NOWHERE] as const;
  const args = [partials.ptr, ...inputs, planOf(x.runtime, s, steps), activation.none] as const;
  x.runtime.run("channelGradientSums", items, 2 * size, args);
  const sums = new Float64Array(2 * s.sets);
  partials.elements.forEach((sum, i) => {
    sums[2 * Math.floor(i / (2 * parts)) + (i % 2)] += sum;
  });
  return sums;
}

/** dx = rstd·(weight·dy − means[p][0] − x̂·means[p][1]) on each plane p. */
export function planeGradient(
  dy: Tensor,
  x: Tensor,
  stats: Statistics,
  weight: Tensor,
  means: Statistics,
): Tensor {
  const s = planesOf(x);
  const steps = stepsOf(s);
  const { items, size } = steps;
  const dx = empty(x.runtime, x.shape);
  const pointers = [dx.ptr, dy.ptr, x.ptr, stats.ptr, means.ptr, weight.ptr] as const;
  const args = [...pointers, planOf(x.runtime, s, steps)] as const;
  x.runtime.run("channelGradient", items, 3 * size, args);
  return dx;
}
