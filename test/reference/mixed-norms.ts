import { momentsOf, places } from "./channels.js";

type List = ArrayLike<number>;

const softmax = (w: List) => {
  const all = Array.from(w, Math.exp);
  return all.map((v) => v / all.reduce((a, b) => a + b, 0));
};

/** Normalises by a mix of instance, layer and batch statistics. `running` replaces those of the batch. */
export function switchable(
  shape: readonly number[],
  x: Float64Array,
  meanWeight: List,
  varWeight: List,
  running: { mean: List; variance: List } | null = null,
): Float64Array {
  const [batch, channels] = shape;
  const length = x.length / (batch * channels);
  const { channelOf, planeOf } = places(shape);
  const own = momentsOf(x, planeOf);
  const planes = Array.from({ length: batch * channels }, (_, p) => p * length);
  const mean = planes.map((i) => own.mean(i));
  const variance = planes.map((i) => (own.variance(i) * length) / Math.max(length - 1, 1));
  /** The statistics of each set of planes: planes with the same index are in one set. */
  const over = (keyOf: (p: number) => number) => {
    const set = (p: number) => planes.flatMap((_, k) => (keyOf(k) === keyOf(p) ? [k] : []));
    const average = (p: number, value: (k: number) => number) =>
      set(p).reduce((total, k) => total + value(k), 0) / set(p).length;
    const m = planes.map((_, p) => average(p, (k) => mean[k]));
    const v = planes.map((_, p) => average(p, (k) => variance[k] + (mean[k] - m[p]) ** 2));
    return { m, v };
  };
  const layer = over((p) => Math.floor(p / channels));
  const all = over((p) => p % channels);
  const [a, b] = [softmax(meanWeight), softmax(varWeight)];
  return x.map((value, i) => {
    const [p, c] = [planeOf(i), channelOf(i)];
    const m = a[0] * mean[p] + a[1] * layer.m[p] + a[2] * (running?.mean[c] ?? all.m[p]);
    const v = b[0] * variance[p] + b[1] * layer.v[p] + b[2] * (running?.variance[c] ?? all.v[p]);
    return (value - m) / Math.sqrt(v + 1e-5);
  });
}

type Matrix = number[][];
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((total, v, k) => total + v * b[k][j], 0)));

/** Newton's iteration for (Σ/tr Σ)^(−½), divided by √tr Σ, times the centred rows of each group. */
export function iterNorm(
  shape: readonly number[],
  groups: number,
  x: Float64Array,
  iterations = 5,
  eps = 1e-5,
): Float64Array {
  const [batch, channels] = shape;
  const length = x.length / (batch * channels);
  const width = channels / groups;
  const { mean } = momentsOf(x, places(shape).channelOf);
  const y = new Float64Array(x.length);
  for (let g = 0; g < groups; g++) {
    const at = (row: number, k: number) =>
      (Math.floor(k / length) * channels + g * width + row) * length + (k % length);
    const rows: Matrix = Array.from({ length: width }, (_, row) =>
      Array.from({ length: batch * length }, (_, k) => x[at(row, k)] - mean(at(row, k))),
    );
    const sigma = rows.map((a, i) =>
      rows.map(
        (b, j) => a.reduce((total, v, k) => total + v * b[k], 0) / a.length + (i === j ? eps : 0),
      ),
    );
    const trace = sigma.reduce((total, row, i) => total + row[i], 0);
    const scaled = sigma.map((row) => row.map((v) => v / trace));
    let root: Matrix = sigma.map((row, i) => row.map((_, j) => Number(i === j)));
    for (let k = 0; k < iterations; k++) {
      const step = product(product(product(root, root), root), scaled);
      root = root.map((row, i) => row.map((v, j) => 1.5 * v - 0.5 * step[i][j]));
    }
    const white = product(root, rows);
    for (const [row, values] of white.entries())
      for (const [k, value] of values.entries()) y[at(row, k)] = value / Math.sqrt(trace);
  }
  return y;
}
