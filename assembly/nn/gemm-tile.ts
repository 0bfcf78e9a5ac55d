import { madd } from "../lib/simd";

// Panels: A is packed as panels of 4 rows, panel[k][4]; B as panels of 8 columns, panel[k][8].
// A product is held as tiles of 4×8, tile[4][8], column panel outermost; whoever packs also stores.

/**
 * c[4][8] = (first ? 0 : c) + Σk a[k][4]·b[k][8].
 * 8 accumulators + 3 operands fit the 15 free registers of x64: 42 GFLOP/s simd, 54 relaxed on a Zen 4 core, where
 * 6×8, 8×8 and 4×12 spill in V8 and reach 24–34.
 */
function multiplyTile(c: usize, a: usize, b: usize, k: i32, first: bool): void {
  let c00: v128 = f32x4.splat(0);
  let c01: v128 = f32x4.splat(0);
  let c10: v128 = f32x4.splat(0);
  let c11: v128 = f32x4.splat(0);
  let c20: v128 = f32x4.splat(0);
  let c21: v128 = f32x4.splat(0);
  let c30: v128 = f32x4.splat(0);
  let c31: v128 = f32x4.splat(0);
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
  if (!first) {
    c00 = f32x4.add(v128.load(c), c00);
    c01 = f32x4.add(v128.load(c, 16), c01);
    c10 = f32x4.add(v128.load(c, 32), c10);
    c11 = f32x4.add(v128.load(c, 48), c11);
    c20 = f32x4.add(v128.load(c, 64), c20);
    c21 = f32x4.add(v128.load(c, 80), c21);
    c30 = f32x4.add(v128.load(c, 96), c30);
    c31 = f32x4.add(v128.load(c, 112), c31);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c10, 32);
  v128.store(c, c11, 48);
  v128.store(c, c20, 64);
  v128.store(c, c21, 80);
  v128.store(c, c30, 96);
  v128.store(c, c31, 112);
}

/**
 * One column of tiles, c[mPanels], over one block of k. The B panel (8 KB at k = 256) is best packed just before: it is then read
 * from L1 while the A panels, aPitch bytes apart, stream from L2.
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
  for (let i = 0; i < mPanels; i++, a += aPitch, c += 128) multiplyTile(c, a, b, k, first);
}

/** The same with panels of A one after another, and k in blocks of `depth` that are summed apart: A is read from end to end. */
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
      multiplyTile(c, a, at, steps, first && from === 0);
      a += (<usize>steps) << 4;
      at += (<usize>steps) << 5;
    }
  }
}

/** The yardstick of the bench: item = one 4×8 tile over k steps of the same two L1-resident panels. */
export function gemmPeak(c: usize, a: usize, b: usize, k: i32, begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) multiplyTile(c, a, b, k, true);
}
