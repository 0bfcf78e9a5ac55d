import { coordinates, indexOf } from "./broadcast.js";

/** x of `shape` with its axes in the order `dims`. */
export function permute(
  x: ArrayLike<number>,
  shape: readonly number[],
  dims: readonly number[],
): Float64Array {
  const out = dims.map((dim) => shape[dim]);
  return Float64Array.from({ length: x.length }, (_, i) => {
    const at = coordinates(i, out);
    const from = shape.map((_, dim) => at[dims.indexOf(dim)]);
    return x[indexOf(from, shape)];
  });
}
