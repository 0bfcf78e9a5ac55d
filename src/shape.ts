// Shapes: lengths of the axes, outermost first.
import { describe } from "./options.js";

export type Shape = readonly number[];

export const sizeOf = (shape: Shape): number =>
  shape.reduce((product, length) => product * length, 1);

/** A shape as messages show it: [2, 3]. */
export const show = (shape: Shape): string => `[${shape.map(describe).join(", ")}]`;

function checkList(op: string, shape: Shape): void {
  if (Array.isArray(shape)) return;
  const hint = typeof shape === "number" ? `: write [${shape}]` : "";
  throw new TypeError(
    `${op}: expected a shape (an array of lengths), got ${shape === null ? "null" : typeof shape}${hint}`,
  );
}

/** Refuses what is not a list of lengths ≥ 0, or has 2³¹ elements or more. */
export function checkDims(op: string, shape: Shape): void {
  checkList(op, shape);
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

/** Refuses what is not an integer of at least `least`. */
export function checkInteger(op: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(
      `${op}: expected ${name} to be an integer ≥ ${least}, got ${describe(value)}`,
    );
  }
}

/** Refuses what is no probability. */
export function checkProbability(op: string, value: number): void {
  if (!(value >= 0 && value <= 1))
    throw new RangeError(`${op}: dropout probability has to be between 0 and 1, but got ${value}`);
}

/** Refuses heads that do not share the features evenly. */
export function checkHeads(layer: string, dModel: number, nHead: number): void {
  checkInteger(layer, "dModel", dModel);
  checkInteger(layer, "nHead", nHead);
  if (dModel % nHead !== 0) {
    throw new RangeError(`${layer}: dModel must be divisible by nHead, got ${dModel} and ${nHead}`);
  }
}
