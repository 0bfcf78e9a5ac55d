export interface RowOptions {
  weight?: ArrayLike<number>;
  eps: number;
  kind: "rms" | "rmsEpsOutside" | "centredRms" | "norm";
  /** Columns that make the statistic. */
  counted?: number;
}

/** Rows of `d` numbers divided by their root mean square (of d + 1 that add up to 0: centredRms) or 2-norm, times weight. */
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
