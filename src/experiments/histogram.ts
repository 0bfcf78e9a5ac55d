/** How often, in shares, values fall into each of `BINS` equal parts of [low, high]; what is beyond counts to the outermost. */
export interface Histogram {
  low: number;
  high: number;
  shares: number[];
}

export const BINS = 40;

/** Of finite values. */
export function histogramOf(values: Float32Array, low: number, high: number): Histogram {
  const shares = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.floor((BINS * (value - low)) / (high - low || 1));
    shares[Math.min(BINS - 1, Math.max(0, bin))] += 1 / values.length;
  }
  return { low, high, shares };
}
