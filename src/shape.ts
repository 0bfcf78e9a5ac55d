// A shape is the list of axis lengths, the outermost first.
import { describe } from "./options.js";

/** The lengths of the axes, the outermost first; [] is the shape of a scalar. */
export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Whether two shapes are the same. */
export const isShape = (a: Shape, b: Shape): boolean =>
  a === b || (a.length === b.length && a.every((length, i) => length === b[i]));

/** A shape as messages show it: [2, 3]. */
export const show = (shape: Shape): string => `[${shape.map(describe).join(", ")}]`;

function checkList(op: string, shape: Shape, next?: unknown): void {
  if (Array.isArray(shape)) return;
  const lengths = typeof next === "number" ? [shape, next] : [shape];
  const hint = typeof shape === "number" ? `: write [${lengths.join(", ")}]` : "";
  throw new TypeError(
    `${op}: expected a shape (an array of lengths), got ${describe(shape)}${hint}`,
  );
}

/**
 * Refuses anything but a list of lengths ≥ 0, and lists with 2³¹ elements or more. `next` is the argument behind the
 * shape: a number there is a second length.
 */
export function checkDims(op: string, shape: Shape, next?: unknown): void {
  checkList(op, shape, next);
  if (shape.every((length) => Number.isInteger(length) && length >= 0) && sizeOf(shape) < 2 ** 31)
    return;
  throw new RangeError(
    `${op}: expected a shape of lengths ≥ 0 with fewer than 2³¹ elements, got ${show(shape)}`,
  );
}

/** `shape` with its −1, if any, replaced so that `size` elements fit. */
export function inferShape(op: string, size: number, shape: Shape): Shape {
  checkList(op, shape);
  const open = shape.indexOf(-1);
  const others = shape.filter((_, i) => i !== open);
  const known = others.every(Number.isInteger) ? sizeOf(others) : Number.NaN;
  const full = open < 0 ? [...shape] : shape.with(open, size / known);
  if (full.some((length) => !Number.isInteger(length) || length < 0) || sizeOf(full) !== size) {
    throw new RangeError(`${op}: expected a shape of ${size} elements, got ${show(shape)}`);
  }
  return full;
}
