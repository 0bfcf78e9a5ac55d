import { momentsOf, places } from "./channels.js";

type List = ArrayLike<number>;

/** x̂ = (x − mean)/√(variance + eps) with the statistics of the sets, for batch, ghost and instance norm. */
export function normalized(x: Float64Array, setOf: (i: number) => number, eps = 1e-5) {
  const { mean, variance } = momentsOf(x, setOf);
  return x.map((v, i) => (v - mean(i)) / Math.sqrt(variance(i) + eps));
}

/** Ghost norm: chunks of `size` samples, each with its own statistics. */
export function ghost(shape: readonly number[], size: number, x: Float64Array): Float64Array {
  const { channelOf } = places(shape);
  const pitch = x.length / shape[0];
  return normalized(x, (i) => Math.floor(i / pitch / size) * shape[1] + channelOf(i));
}

/** x̂·r + d, where r and d come from the values `held`. The gradient does not flow to `held`. */
export function renorm(
  shape: readonly number[],
  x: Float64Array,
  held: Float64Array,
  running: { mean: List; variance: List },
  limits: { r: number; d: number },
): Float64Array {
  const { channelOf } = places(shape);
  const { mean, variance } = momentsOf(held, channelOf);
  const clip = (v: number, low: number, high: number) => Math.min(Math.max(v, low), high);
  return normalized(x, channelOf).map((h, i) => {
    const c = channelOf(i);
    const std = Math.sqrt(running.variance[c] + 1e-5);
    const r = clip(Math.sqrt(variance(i) + 1e-5) / std, 1 / limits.r, limits.r);
    return h * r + clip((mean(i) - running.mean[c]) / std, -limits.d, limits.d);
  });
}

/** gate·BN + (1 − gate)·IN. */
export function batchInstance(shape: readonly number[], x: Float64Array, gate: List): Float64Array {
  const { channelOf, planeOf } = places(shape);
  const ofBatch = normalized(x, channelOf);
  const ofInstance = normalized(x, planeOf);
  return x.map((_, i) => {
    const g = gate[channelOf(i)];
    return g * ofBatch[i] + (1 - g) * ofInstance[i];
  });
}

/** y·γ + β per channel. */
export function affine(shape: readonly number[], y: Float64Array, gamma: List, beta: List) {
  const { channelOf } = places(shape);
  return y.map((v, i) => v * gamma[channelOf(i)] + beta[channelOf(i)]);
}
