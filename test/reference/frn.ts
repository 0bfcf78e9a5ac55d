import { momentsOf, places } from "./channels.js";

/** max(γ·x/√(mean x² + |eps|) + β, τ). eps has one element, or one for each channel. */
export function frn(
  shape: readonly number[],
  x: Float64Array,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  tau: ArrayLike<number> | null,
  eps: ArrayLike<number>,
): Float64Array {
  const { channelOf, planeOf } = places(shape);
  const square = momentsOf(
    x.map((v) => v * v),
    planeOf,
  );
  return x.map((v, i) => {
    const c = channelOf(i);
    const least = Math.abs(eps[eps.length === 1 ? 0 : c]);
    const y = (gamma[c] * v) / Math.sqrt(square.mean(i) + least) + beta[c];
    return tau ? Math.max(y, tau[c]) : y;
  });
}
