// Argument checks that several ops share. They run before anything is computed, so a refused call changes nothing.

import { isGradEnabled } from "../autograd.js";
import { describe } from "../options.js";
import { type AnyTensor, type DType, isShape, type Shape, show, Tensor } from "../tensor.js";

/** Refuses what is not a tensor, and a tensor that has another dtype or is disposed. */
export function checkTensor(
  op: string,
  name: string,
  value: AnyTensor,
  dtype: DType = "float32",
): void {
  if (!(value instanceof Tensor))
    throw new TypeError(`${op}: expected ${name} to be a tensor, got ${describe(value)}`);
  if (value.dtype !== dtype) {
    throw new TypeError(
      `${op}: expected ${name} of dtype ${dtype}, got ${value.dtype}; to convert x: ` +
        `tensor(Array.from(x.toArray(), Number), x.shape, { dtype: "${dtype}" })`,
    );
  }
  if (value.disposed) {
    throw new Error(
      `${op}: ${name} of shape ${show(value.shape)} was disposed; return it from tidy() or keep() it`,
    );
  }
}

/** Like `checkTensor`, for a tensor that must have `shape`. null and undefined pass. */
export function checkShape(
  op: string,
  name: string,
  value: AnyTensor | null | undefined,
  shape: Shape,
): void {
  if (value === null || value === undefined) return;
  checkTensor(op, name, value);
  if (!isShape(value.shape, shape)) {
    throw new RangeError(
      `${op}: expected ${name} of shape ${show(shape)}, got ${show(value.shape)}`,
    );
  }
}

/** Whether all tensors are of one runtime. null and undefined are of any. */
export const areOfOneRuntime = (
  first: AnyTensor,
  ...others: (AnyTensor | null | undefined)[]
): boolean => others.every((other) => !other || other.runtime === first.runtime);

/** Refuses tensors of two runtimes. null and undefined pass. */
export function checkSameRuntime(op: string, ...all: Parameters<typeof areOfOneRuntime>): void {
  if (!areOfOneRuntime(...all)) {
    throw new Error(
      `${op}: the tensors belong to two runtimes; make them all with the same { runtime }`,
    );
  }
}

/**
 * Refuses statistics that require a gradient, for they would get none. Under `noGrad` none is expected. PyTorch does
 * the same.
 */
export function checkNoGradient(
  op: string,
  statistics: Record<string, AnyTensor | null | undefined>,
): void {
  if (!isGradEnabled()) return;
  for (const name in statistics) {
    if (statistics[name]?.requiresGrad)
      throw new TypeError(`${op}: expected ${name} not to require a gradient, got one that does`);
  }
}

/** [height, width]. A number stands for both. */
export type Pair = readonly [height: number, width: number];

/** The lengths along the axes of an image. */
const sides = ["[length]", "[height, width]", "[depth, height, width]"];

/** @internal A number or a list as `count` sides, integers of at least `least`. */
export function sidesOf(
  op: string,
  name: string,
  value: number | readonly number[],
  least: number,
  count: number,
): readonly number[] {
  const expected = `${op}: expected ${name} a number or ${sides[count - 1]}`;
  const all: unknown = typeof value === "number" ? new Array(count).fill(value) : value;
  if (!Array.isArray(all)) throw new TypeError(`${expected}, got ${describe(value)}`);
  const got = typeof value === "number" ? String(value) : `[${all.map(describe).join(", ")}]`;
  if (all.some((v) => typeof v !== "number")) throw new TypeError(`${expected}, got ${got}`);
  if (all.length !== count) throw new RangeError(`${expected}, got ${got}`);
  if (!all.every((v) => Number.isInteger(v) && v >= least && v < 2 ** 31))
    throw new RangeError(`${expected} of integers ≥ ${least}, got ${got}`);
  return all;
}

/** A number or a [height, width] as both sides, integers of at least `least`. */
export function pairOf(op: string, name: string, value: number | Pair, least: number): Pair {
  const [height, width] = sidesOf(op, name, value, least, 2);
  return [height, width];
}
