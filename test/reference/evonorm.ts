import { momentsOf, places } from "./channels.js";

type List = ArrayLike<number>;

/** x·sigmoid(v·x)/√(variance of the group + eps)·γ + β. */
export function evonormS0(
  shape: readonly number[],
  groups: number,
  x: Float64Array,
  v: List,
  gamma: List,
  beta: List,
  eps = 1e-5,
): Float64Array {
  const { channelOf, groupOf } = places(shape);
  const { variance } = momentsOf(x, groupOf(groups));
  return x.map((t, i) => {
    const c = channelOf(i);
    const swish = t / (1 + Math.exp(-v[c] * t));
    return (swish / Math.sqrt(variance(i) + eps)) * gamma[c] + beta[c];
  });
}

/**
 * x / max(√(variance of the batch + eps), v·x + √(variance of the plane + eps))·γ + β. `running` replaces the variance
 * of the batch.
 */
export function evonormB0(
  shape: readonly number[],
  x: Float64Array,
  v: List,
  gamma: List,
  beta: List,
  running: List | null = null,
  eps = 1e-3,
): Float64Array {
  const { channelOf, planeOf } = places(shape);
  const batch = momentsOf(x, channelOf);
  const plane = momentsOf(x, planeOf);
  return x.map((t, i) => {
    const c = channelOf(i);
    const a = Math.sqrt((running ? running[c] : batch.variance(i)) + eps);
    return (t / Math.max(a, v[c] * t + Math.sqrt(plane.variance(i) + eps))) * gamma[c] + beta[c];
  });
}
