import { sizeOf } from "../../src/tensor.js";
import { momentsOf } from "./channels.js";

/** The slice along `dim` that element i belongs to. With null there is only one slice. */
const sliceOf = (shape: readonly number[], dim: number | null) => (i: number) =>
  dim === null ? 0 : Math.floor(i / sizeOf(shape.slice(dim + 1))) % shape[dim];

/** g·v/‖v‖ for each slice along `dim`. */
export function weightNorm(
  shape: readonly number[],
  dim: number | null,
  v: Float64Array,
  g: ArrayLike<number>,
): Float64Array {
  const slice = sliceOf(shape, dim);
  const squares: number[] = [];
  v.forEach((value, i) => {
    squares[slice(i)] = (squares[slice(i)] ?? 0) + value * value;
  });
  return v.map((value, i) => (g[slice(i)] * value) / Math.sqrt(squares[slice(i)]));
}

/** w / (uᵀ·W·v), where the slices along `dim` are the rows of W. */
export function spectralNorm(
  shape: readonly number[],
  dim: number,
  w: Float64Array,
  u: ArrayLike<number>,
  v: ArrayLike<number>,
): Float64Array {
  const row = sliceOf(shape, dim);
  const inner = sizeOf(shape.slice(dim + 1));
  const column = (i: number) => Math.floor(i / (inner * shape[dim])) * inner + (i % inner);
  const sigma = w.reduce((sum, value, i) => sum + u[row(i)] * value * v[column(i)], 0);
  return w.map((value) => value / sigma);
}

/** gain·(w − mean)·scale(variance, n) for each filter, with the biased variance. */
export function standardize(
  shape: readonly number[],
  w: Float64Array,
  scale: (variance: number, n: number) => number,
  gain?: ArrayLike<number>,
): Float64Array {
  const slice = sliceOf(shape, 0);
  const { mean, variance } = momentsOf(w, slice);
  const n = sizeOf(shape.slice(1));
  return w.map((v, i) => (v - mean(i)) * scale(variance(i), n) * (gain?.[slice(i)] ?? 1));
}
