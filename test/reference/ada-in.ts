import { groupNormSets } from "./group-norm.js";
import { statistics } from "./sets.js";

/** The planes of x [N, C, ...] with the mean and deviation of the planes of style. */
export function adaIN(
  shape: readonly number[],
  x: Float64Array,
  styleShape: readonly number[],
  style: Float64Array,
  { eps = 1e-5, correction = 1 }: { eps?: number; correction?: number } = {},
): Float64Array {
  const moments = (of: readonly number[], values: Float64Array) => {
    const { setOf, ...sets } = groupNormSets(of, of[1]);
    const { mean, variance, size } = statistics(values, { setOf, ...sets });
    const std = variance.map((v, p) => Math.sqrt((v * size[p]) / (size[p] - correction) + eps));
    return { mean, std, setOf };
  };
  const own = moments(shape, x);
  const other = moments(styleShape, style);
  return x.map((v, i) => {
    const p = own.setOf(i);
    return ((v - own.mean[p]) / own.std[p]) * other.std[p] + other.mean[p];
  });
}
