import { groupNormSets } from "./group-norm.js";
import { statistics } from "./sets.js";

/** γ·(ρ·IN(x) + (1 − ρ)·LN(x)) + β of x [N, C, ...]; γ and β [N, C] or [C]. */
export function adaLIN(
  shape: readonly number[],
  x: Float64Array,
  rho: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  { eps = 1e-5, correction = 0 }: { eps?: number; correction?: number } = {},
): Float64Array {
  const channels = shape[1];
  const normalized = (groups: number) => {
    const sets = groupNormSets(shape, groups);
    const { mean, variance, size } = statistics(x, sets);
    return x.map((v, i) => {
      const s = sets.setOf(i);
      const unbiased = (variance[s] * size[s]) / (size[s] - correction);
      return (v - mean[s]) / Math.sqrt(unbiased + eps);
    });
  };
  const instance = normalized(channels);
  const layer = normalized(1);
  const { setOf } = groupNormSets(shape, channels);
  return x.map((_, i) => {
    const p = setOf(i);
    const r = rho[p % channels];
    const at = p % gamma.length;
    return gamma[at] * (r * instance[i] + (1 - r) * layer[i]) + beta[at];
  });
}
