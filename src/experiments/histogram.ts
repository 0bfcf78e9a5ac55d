/**
 * The share of values in each of `BINS` equal parts of [low, high]. Values outside count in the first or the last part.
 */
export interface Histogram {
  low: number;
  high: number;
  shares: number[];
}

export const BINS = 40;

/** The histogram of the finite values. */
export function histogramOf(values: Float32Array, low: number, high: number): Histogram {
  const shares = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.floor((BINS * (value - low)) / (high - low || 1));
    shares[Math.min(BINS - 1, Math.max(0, bin))] += 1 / values.length;
  }
  return { low, high, shares };
}
