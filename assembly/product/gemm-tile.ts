import { madd } from "../lib/simd";

// Panels: A is packed as panels of 4 rows, panel[k][4]; B as panels of 8 columns, panel[k][8].
// A product is held as tiles of 4×8, tile[4][8], column panel outermost; whoever packs also stores.

/** No lower bound. */
export const ANY: f32 = -Infinity;

/**
 * to[4][8] = max(Σk a[k][4]·b[k][8] + from[4][8] + shift[4] + bias[8], least). Each of from, shift and bias may be 0.
 * Rows of `to` are `pitch` bytes apart. 8 accumulators and 3 operands fit the 15 free registers of x64: on a Zen 4 core
 * that gives 42 GFLOP/s in the simd build and 54 GFLOP/s in the relaxed build. There 6×8, 8×8 and 4×12 spill in V8 and
 * reach 24–34 GFLOP/s. On a Cascade Lake core it is all that 128 bits allow, 40 GFLOP/s in the relaxed build at 2.5
 * GHz.
 */
export function multiplyTile(
  to: usize,
  pitch: usize,
  a: usize,
  b: usize,
  k: i32,
  from: usize,
  shift: usize,
  bias: usize,
  least: f32,
): void {
  let c00 = f32x4.splat(shift ? load<f32>(shift) : 0);
  let c01 = c00;
  let c10 = f32x4.splat(shift ? load<f32>(shift, 4) : 0);
  let c11 = c10;
  let c20 = f32x4.splat(shift ? load<f32>(shift, 8) : 0);
  let c21 = c20;
  let c30 = f32x4.splat(shift ? load<f32>(shift, 12) : 0);
  let c31 = c30;
  // c[i][j] += a[k][i] * b[k][j]
  for (const end = a + ((<usize>k) << 4); a < end; a += 16, b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
  }
  if (from) {
    c00 = f32x4.add(v128.load(from), c00);
    c01 = f32x4.add(v128.load(from, 16), c01);
    c10 = f32x4.add(v128.load(from, 32), c10);
    c11 = f32x4.add(v128.load(from, 48), c11);
    c20 = f32x4.add(v128.load(from, 64), c20);
    c21 = f32x4.add(v128.load(from, 80), c21);
    c30 = f32x4.add(v128.load(from, 96), c30);
    c31 = f32x4.add(v128.load(from, 112), c31);
  }
  if (bias) {
    const low = v128.load(bias);
    const high = v128.load(bias, 16);
    c00 = f32x4.add(c00, low);
    c01 = f32x4.add(c01, high);
    c10 = f32x4.add(c10, low);
    c11 = f32x4.add(c11, high);
    c20 = f32x4.add(c20, low);
    c21 = f32x4.add(c21, high);
    c30 = f32x4.add(c30, low);
    c31 = f32x4.add(c31, high);
  }
  const floor4 = f32x4.splat(least);
  v128.store(to, f32x4.max(c00, floor4));
  v128.store(to, f32x4.max(c01, floor4), 16);
  v128.store(to + pitch, f32x4.max(c10, floor4));
  v128.store(to + pitch, f32x4.max(c11, floor4), 16);
  v128.store(to + 2 * pitch, f32x4.max(c20, floor4));
  v128.store(to + 2 * pitch, f32x4.max(c21, floor4), 16);
  v128.store(to + 3 * pitch, f32x4.max(c30, floor4));
  v128.store(to + 3 * pitch, f32x4.max(c31, floor4), 16);
}

/**
 * One column of tiles, c[mPanels], over one block of k. The B panel (8 KB at k = 256) is best packed just before. It is
 * then read from L1, while the A panels, aPitch bytes apart, stream from L2.
 */
export function multiplyPanels(
  c: usize,
  a: usize,
  aPitch: usize,
  b: usize,
  mPanels: i32,
  k: i32,
  first: bool,
): void {
  for (let i = 0; i < mPanels; i++, a += aPitch, c += 128)
    multiplyTile(c, 32, a, b, k, first ? 0 : c, 0, 0, ANY);
}

/**
 * Like multiplyPanels, with panels of A one after another and k in blocks of `depth` that are summed apart. A is read
 * from end to end.
 */
export function multiplyInBlocks(
  c: usize,
  a: usize,
  b: usize,
  mPanels: i32,
  k: i32,
  depth: i32,
  first: bool,
): void {
  for (let i = 0; i < mPanels; i++, c += 128) {
    for (let from = 0, at = b; from < k; from += depth) {
      const steps = min(depth, k - from);
      multiplyTile(c, 32, a, at, steps, first && from === 0 ? 0 : c, 0, 0, ANY);
      a += (<usize>steps) << 4;
      at += (<usize>steps) << 5;
    }
  }
}

/**
 * A row of tiles, one after another in c, whose rows are `pitch` bytes apart. It multiplies n panels of B by one of A
 * and adds shift[4]; what is below `least` becomes `least`.
 */
export function multiplyRow(
  c: usize,
  pitch: usize,
  a: usize,
  b: usize,
  n: i32,
  k: i32,
  shift: usize,
  least: f32,
): void {
  for (let j = 0; j < n; j++, c += 32, b += (<usize>k) << 5)
    multiplyTile(c, pitch, a, b, k, 0, shift, 0, least);
}

/** A yardstick for the bench. Item = one 4×8 tile over k steps of two panels that stay in L1. */
export function gemmPeak(c: usize, a: usize, b: usize, k: i32, begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) multiplyTile(c, 32, a, b, k, 0, 0, 0, ANY);
}
