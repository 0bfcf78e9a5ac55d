export interface RowOptions {
  weight?: ArrayLike<number>;
  eps: number;
  kind: "rms" | "rmsEpsOutside" | "centredRms" | "norm";
  /** The number of columns that enter the statistic. */
  counted?: number;
}

/**
 * Rows of `d` numbers, divided by their 2-norm or root mean square and multiplied by weight. For centredRms the root
 * mean square is over d + 1 numbers that sum to 0.
 */
export function scaledRows(x: Float64Array, d: number, o: RowOptions): Float64Array {
  const n = o.counted ?? d;
  return x.map((v, i) => {
    const row = x.subarray(i - (i % d), i - (i % d) + n);
    const squares = row.reduce((sum, value) => sum + value * value, 0);
    const sum = row.reduce((total, value) => total + value, 0);
    const by = {
      rms: Math.sqrt(squares / n + o.eps),
      rmsEpsOutside: Math.sqrt(squares / n) + o.eps,
      centredRms: Math.sqrt((squares + sum ** 2) / (n + 1) + o.eps),
      norm: Math.max(Math.sqrt(squares), o.eps),
    };
    return (v / by[o.kind]) * (o.weight?.[i % d] ?? 1);
  });
}
