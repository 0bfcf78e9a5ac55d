import type { Elements } from "../io/elements.js";
import { sizeOf } from "../shape.js";

/** The strides, in elements, of a tensor whose last axis (or, if `fortran`, whose first one) is dense. */
export function denseStrides(shape: readonly number[], fortran = false): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = 0; i < shape.length; i++) {
    const axis = fortran ? i : shape.length - 1 - i;
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** The place behind the last element of a view. */
export const endOf = (offset: number, shape: readonly number[], strides: readonly number[]) =>
  sizeOf(shape) === 0 ? offset : shape.reduce((at, n, i) => at + (n - 1) * strides[i], offset) + 1;

/** Whether the elements of a view lie one after the other, in order. */
export const isDense = (shape: readonly number[], strides: readonly number[]): boolean =>
  sizeOf(shape) === 0 ||
  denseStrides(shape).every((stride, i) => shape[i] === 1 || strides[i] === stride);

/** The elements of a view in row-major order. */
export function gather<T extends Elements>(
  source: T,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): T {
  const out = new (source.constructor as new (n: number) => T)(sizeOf(shape));
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < out.length; i++) {
    out[i] = source[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

/** The bytes with each element's reversed: from one byte order to the other. */
export function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes);
  for (let at = 0; at + width <= out.length; at += width) out.subarray(at, at + width).reverse();
  return out;
}
