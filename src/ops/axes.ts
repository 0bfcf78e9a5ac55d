// Dimension numbers as users give them: negative ones count from the end.
import { describe } from "../options.js";
import { type Shape, show } from "../tensor.js";

/** `dim` as a number of 0 … rank − 1. A scalar has dimension 0 (and −1), as in PyTorch. */
export function axisOf(op: string, dim: number, rank: number): number {
  const count = Math.max(rank, 1);
  if (!Number.isInteger(dim))
    throw new TypeError(`${op}: expected an integer dim, got ${describe(dim)}`);
  if (dim < -count || dim >= count) {
    throw new RangeError(`${op}: expected dim from ${-count} to ${count - 1}, got ${dim}`);
  }
  return dim < 0 ? dim + count : dim;
}

/** One dim, several or (undefined) all, in ascending order. Throws RangeError for a dim that appears twice. */
export function axesOf(
  op: string,
  dims: number | readonly number[] | undefined,
  rank: number,
): number[] {
  if (dims === undefined) return Array.from({ length: rank }, (_, i) => i);
  const axes = [dims].flat().map((dim) => axisOf(op, dim, rank));
  if (new Set(axes).size < axes.length) {
    throw new RangeError(`${op}: expected each dim once, got ${show([dims].flat())}`);
  }
  return rank === 0 ? [] : axes.sort((a, b) => a - b);
}

/** `shape` with length 1 at `axes`. */
export const keptShape = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((length, i) => (axes.includes(i) ? 1 : length));
