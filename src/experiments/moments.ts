/** Mean and variance of a set of values, the variance divided by m and by m − 1. */
export interface Moments {
  mean: number;
  biased: number;
  unbiased: number;
  /** m. */
  count: number;
}

/** Two passes in float64. Of nothing NaN; of one value the unbiased variance is. */
export function momentsOf(values: ArrayLike<number>): Moments {
  const count = values.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i];
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i] - mean) ** 2;
  return { mean, biased: squares / count, unbiased: squares / (count - 1), count };
}

/** The moments of each of the sets that `setOf` sorts the elements into, sets numbered from 0. */
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
