export interface Window {
  before: number;
  after: number;
  /** alpha / size. */
  a: number;
  beta: number;
  k: number;
}

/** x / (k + a·Σx²)^beta of x [batch, channels, length], the sum over channels c − before … c + after. */
export function localResponseNorm(
  x: ArrayLike<number>,
  [, channels, length]: readonly number[],
  { before, after, a, beta, k }: Window,
): Float64Array {
  return Float64Array.from(x, (v, i) => {
    const c = Math.floor(i / length) % channels;
    let sum = 0;
    for (let d = -before; d <= after; d++)
      if (c + d >= 0 && c + d < channels) sum += x[i + d * length] ** 2;
    return v / (k + a * sum) ** beta;
  });
}
