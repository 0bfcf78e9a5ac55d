// Normalisation in float64, in two passes and without tricks: the common part of all five norms.

/** The set (it has the statistics) and the parameter of element i of the input. */
export interface Sets {
  count: number;
  setOf(i: number): number;
  parameters: number;
  parameterOf(i: number): number;
}

export interface Options {
  weight?: ArrayLike<number> | null;
  bias?: ArrayLike<number> | null;
  eps: number;
  /** False leaves out the mean (RMS norm). */
  centre?: boolean;
  /** Given statistics replace those of the input. */
  constant?: { mean: ArrayLike<number>; variance: ArrayLike<number> };
}

export interface Statistics {
  mean: Float64Array;
  variance: Float64Array;
  size: Float64Array;
}

export function statistics(x: ArrayLike<number>, s: Sets, centre = true): Statistics {
  const [mean, variance, size] = [0, 0, 0].map(() => new Float64Array(s.count));
  for (let i = 0; i < x.length; i++) size[s.setOf(i)]++;
  if (centre) {
    // the second pass starts from a float32: a constant differs from it by exactly 0
    for (let i = 0; i < x.length; i++) mean[s.setOf(i)] += x[i] / size[s.setOf(i)];
    const near = mean.map(Math.fround);
    mean.set(near);
    for (let i = 0; i < x.length; i++)
      mean[s.setOf(i)] += (x[i] - near[s.setOf(i)]) / size[s.setOf(i)];
  }
  for (let i = 0; i < x.length; i++) {
    const set = s.setOf(i);
    variance[set] += (x[i] - mean[set]) ** 2 / size[set];
  }
  return { mean, variance, size };
}

/** x̂ and 1/√(variance + eps) of each set. */
function normalized(x: ArrayLike<number>, s: Sets, o: Options) {
  const { mean, variance } = o.constant ?? statistics(x, s, o.centre);
  const rstd = Float64Array.from(variance, (v) => 1 / Math.sqrt(v + o.eps));
  const xhat = Float64Array.from(x, (v, i) => (v - mean[s.setOf(i)]) * rstd[s.setOf(i)]);
  return { xhat, rstd };
}

/** The output y = x̂·weight + bias. */
export function forward(x: ArrayLike<number>, s: Sets, o: Options): Float64Array {
  return normalized(x, s, o).xhat.map((h, i) => {
    const p = s.parameterOf(i);
    return h * (o.weight?.[p] ?? 1) + (o.bias?.[p] ?? 0);
  });
}

/**
 * The gradients of Σ dy·y, and `terms`: the first term of dx. Terms cancel when dx is small, so its error is measured
 * by this term. dx = rstd·(g − mean(g) − x̂·mean(g·x̂)) with g = w·dy. The means are left out if statistics are given.
 */
export function backward(x: ArrayLike<number>, dy: ArrayLike<number>, s: Sets, o: Options) {
  const { xhat, rstd } = normalized(x, s, o);
  const { size } = statistics(x, s);
  const [m1, m2] = [0, 0].map(() => new Float64Array(s.count));
  const [dweight, dbias] = [0, 0].map(() => new Float64Array(s.parameters));
  const g = xhat.map((_, i) => dy[i] * (o.weight?.[s.parameterOf(i)] ?? 1));
  for (let i = 0; i < x.length; i++) {
    const set = s.setOf(i);
    if (!o.constant && o.centre !== false) m1[set] += g[i] / size[set];
    if (!o.constant) m2[set] += (g[i] * xhat[i]) / size[set];
    dweight[s.parameterOf(i)] += dy[i] * xhat[i];
    dbias[s.parameterOf(i)] += dy[i];
  }
  const dx = g.map((v, i) => rstd[s.setOf(i)] * (v - m1[s.setOf(i)] - xhat[i] * m2[s.setOf(i)]));
  const terms = g.map((v, i) => rstd[s.setOf(i)] * v);
  return { dx, terms, dweight, dbias };
}
