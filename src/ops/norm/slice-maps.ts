// Norms that know a few float64 numbers per plane and map the plane by them: weight, spectral and filter norms, and
// what the statistics of a norm send back to its input. See assembly/norm/slice-maps.ts.
import { NOWHERE } from "../../runtime/address.js";
import { addressOf, empty, sizeOf, type Tensor, temporary } from "../../tensor.js";

/** How a tensor is seen as [outer, planes, inner]. */
export interface Planes {
  outer: number;
  planes: number;
  inner: number;
}

/** The slices of `shape` along `dim` as planes, or all of it as one plane when `dim` is null. */
export function planesAlong(shape: readonly number[], dim: number | null): Planes {
  if (dim === null) return { outer: 1, planes: 1, inner: sizeOf(shape) };
  const [outer, inner] = [shape.slice(0, dim), shape.slice(dim + 1)].map(sizeOf);
  return { outer, planes: shape[dim], inner };
}

/** Numbers of the planes in linear memory. The caller frees them. */
export function float64(like: Tensor, values: ArrayLike<number>): Tensor<"float64"> {
  const made = empty(like.runtime, [values.length], "float64");
  made.elements.set(values);
  return made;
}

/** Σ a·b of each plane, or Σ a without b. With `shared`, all planes have the same b [outer, inner]. */
export function planeProducts(
  { outer, planes, inner }: Planes,
  a: Tensor,
  b: Tensor | null = null,
  shared = false,
): Float64Array {
  using sums = temporary(a.runtime, [planes], "float64");
  const args = [sums.ptr, a.ptr, addressOf(b), outer, planes, inner, Number(shared)] as const;
  a.runtime.run("planeProducts", planes, 2 * outer * inner, args);
  return sums.toArray();
}

/** y = a·p + b·q + r with numbers p, q, r for each plane. */
export interface Combination {
  a: Tensor;
  p: ArrayLike<number>;
  b?: Tensor;
  q?: ArrayLike<number>;
  r?: ArrayLike<number>;
  /** Whether all planes have the same b [outer, inner]. */
  shared?: boolean;
}

/** Multiplies each plane of x by its factor, in place and without taking memory. */
export function scalePlanes(
  x: Tensor,
  { outer, planes, inner }: Planes,
  factors: Tensor<"float64">,
): void {
  const args = [
    x.ptr,
    x.ptr,
    NOWHERE,
    factors.ptr,
    NOWHERE,
    NOWHERE,
    outer,
    planes,
    inner,
    0,
  ] as const;
  x.runtime.run("planeCombine", planes, 3 * outer * inner, args);
}

/** Writes a combination to y, which may be a. */
export function planeCombine(y: Tensor, { outer, planes, inner }: Planes, c: Combination): Tensor {
  const { a, b, shared = false } = c;
  using p = float64(a, c.p);
  using q = c.q ? float64(a, c.q) : null;
  using r = c.r ? float64(a, c.r) : null;
  const pointers = [y.ptr, a.ptr, addressOf(b), p.ptr, addressOf(q), addressOf(r)] as const;
  const args = [...pointers, outer, planes, inner, Number(shared)] as const;
  a.runtime.run("planeCombine", planes, 3 * outer * inner, args);
  return y;
}

/** Σ over the batch of sums [batch, channels, width] that a kernel left, as `width` lists of one number per channel. */
export function channelSums(
  sums: Tensor<"float64">,
  channels: number,
  width: number,
): Float64Array[] {
  const inner = channels * width;
  using all = temporary(sums.runtime, [inner], "float64");
  const n = sums.size / Math.max(inner, 1);
  sums.runtime.run("mergeSums", inner, 2 * n, [all.ptr, sums.ptr, n, inner]);
  const values = all.elements;
  return Array.from({ length: width }, (_, k) =>
    Float64Array.from({ length: channels }, (_, c) => values[c * width + k]),
  );
}

/** A float32 tensor of numbers worked out here, or null where it is not wanted. */
export function gradientOf(
  like: Tensor,
  wanted: boolean,
  shape: readonly number[],
  value: (i: number) => number,
): Tensor | null {
  if (!wanted) return null;
  const made = empty(like.runtime, shape);
  made.elements.forEach((_, i, elements) => {
    elements[i] = value(i);
  });
  return made;
}
