// Reversible instance normalisation of series [N, L, C] in float64, and its inverse.

interface Options {
  weight?: ArrayLike<number> | null;
  bias?: ArrayLike<number> | null;
  eps?: number;
  subtractLast?: boolean;
  /** Mean and deviation of this series in place of those of the input: constants to a difference quotient. */
  from?: ArrayLike<number>;
}

type Shape = readonly number[];

/** Where series (n, c) of [N, L, C] has its position l. */
const at = ([, length, channels]: Shape, n: number, l: number, c: number) =>
  (n * length + l) * channels + c;

/** What is subtracted, and the deviation, of series n, c; the last position is of x itself. */
export function statistics(shape: Shape, x: ArrayLike<number>, o: Options = {}) {
  const [batch, length, channels] = shape;
  const [mean, std] = [0, 0].map(() => new Float64Array(batch * channels));
  for (let i = 0; i < mean.length; i++) {
    const [n, c] = [Math.floor(i / channels), i % channels];
    const given = o.from ?? x;
    const series = Array.from({ length }, (_, l) => given[at(shape, n, l, c)]);
    // around the first, from which a constant differs by exactly 0
    const middle = series[0] + series.reduce((sum, v) => sum + (v - series[0]) / length, 0);
    const variance = series.reduce((sum, v) => sum + (v - middle) ** 2 / length, 0);
    mean[i] = o.subtractLast ? x[at(shape, n, length - 1, c)] : middle;
    std[i] = Math.sqrt(variance + (o.eps ?? 1e-5));
  }
  return { mean, std };
}

export function revIN(shape: Shape, x: Float64Array, o: Options = {}): Float64Array {
  const [, length, channels] = shape;
  const { mean, std } = statistics(shape, x, o);
  return x.map((v, i) => {
    const c = i % channels;
    const series = Math.floor(i / (length * channels)) * channels + c;
    return ((v - mean[series]) / std[series]) * (o.weight?.[c] ?? 1) + (o.bias?.[c] ?? 0);
  });
}

/** Of y [N, *, C] with statistics [N, C]. */
export function inverse(
  [, length, channels]: Shape,
  y: Float64Array,
  { mean, std }: { mean: ArrayLike<number>; std: ArrayLike<number> },
  { weight, bias, eps = 1e-5 }: Options = {},
): Float64Array {
  return y.map((v, i) => {
    const c = i % channels;
    const series = Math.floor(i / (length * channels)) * channels + c;
    const divisor = weight ? weight[c] + eps * eps : 1;
    return ((v - (bias?.[c] ?? 0)) / divisor) * std[series] + mean[series];
  });
}
