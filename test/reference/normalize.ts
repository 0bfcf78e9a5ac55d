import { axisSets } from "./axis-norm.js";

/** x / max(‖x‖ₚ, eps) along `axis`. */
export function normalize(
  x: ArrayLike<number>,
  shape: readonly number[],
  { p, axis, eps }: { p: number; axis: number; eps: number },
): Float64Array {
  const { count, setOf } = axisSets(shape, axis);
  const sums = new Float64Array(count);
  for (let i = 0; i < x.length; i++) {
    const set = setOf(i);
    if (p === Infinity) sums[set] = Math.max(sums[set], Math.abs(x[i]));
    else sums[set] += Math.abs(x[i]) ** p;
  }
  return Float64Array.from(
    x,
    (v, i) => v / Math.max(sums[setOf(i)] ** (p === Infinity ? 1 : 1 / p), eps),
  );
}
