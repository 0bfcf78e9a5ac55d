/** Mean and variance of a set of values. The variance is divided by m (biased) and by m − 1 (unbiased). */
export interface Moments {
  mean: number;
  biased: number;
  unbiased: number;
  /** The number of values, m. */
  count: number;
}

/** Computes in two passes in float64. An empty set gives NaN. A single value gives NaN for the unbiased variance. */
export function momentsOf(values: ArrayLike<number>): Moments {
  const count = values.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i];
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i] - mean) ** 2;
  return { mean, biased: squares / count, unbiased: squares / (count - 1), count };
}

/** The moments of each set. `setOf` gives the number of the set of each element, starting at 0. */
export function momentsBySet(
  values: ArrayLike<number>,
  setOf: (index: number) => number,
): Moments[] {
  const sets: number[][] = [];
  for (let i = 0; i < values.length; i++) {
    const set = setOf(i);
    sets[set] ??= [];
    sets[set].push(values[i]);
  }
  return sets.map(momentsOf);
}
