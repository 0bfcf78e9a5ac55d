import { loadTail } from "../lib/simd";

/** Four rows of n floats become lanes: dst[k·step + lane] = p[lane][k], step in bytes. */
export function interleave4(
  dst: usize,
  step: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  n: i32,
): void {
  let k: usize = 0;
  const whole = (<usize>n & ~3) << 2;
  const size = (<usize>n) << 2;
  // dst[k] = [p0[k], p1[k], p2[k], p3[k]], four k at a time: a 4×4 transpose
  for (; k < whole; k += 16) {
    const a = v128.load(p0 + k);
    const b = v128.load(p1 + k);
    const c = v128.load(p2 + k);
    const d = v128.load(p3 + k);
    const abLow = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cdLow = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    v128.store(dst, v128.shuffle<i64>(abLow, cdLow, 0, 2));
    dst += step;
    v128.store(dst, v128.shuffle<i64>(abLow, cdLow, 1, 3));
    dst += step;
    v128.store(dst, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
    dst += step;
    v128.store(dst, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
    dst += step;
  }
  for (; k < size; k += 4) {
    store<f32>(dst, load<f32>(p0 + k));
    store<f32>(dst, load<f32>(p1 + k), 4);
    store<f32>(dst, load<f32>(p2 + k), 8);
    store<f32>(dst, load<f32>(p3 + k), 12);
    dst += step;
  }
}

/** v[k] ·= scale for n vectors whose lanes are four rows, or as many rows as are left. */
export function scaleRows(v: usize, n: i32, scale: usize, left: i32): void {
  const by = left >= 4 ? v128.load(scale) : loadTail(scale, left);
  for (const end = v + ((<usize>n) << 4); v < end; v += 16)
    v128.store(v, f32x4.mul(v128.load(v), by));
}

/**
 * dst[k·step + lane] = src[lane·laneStride + k·kStride] for k < n. Strides are in bytes; one of them is 4 (or n or
 * lanes is 1). With fewer than four lanes the rest only fills the vector: its products are never stored.
 */
export function pack4(
  dst: usize,
  step: usize,
  src: usize,
  lanes: i32,
  n: i32,
  laneStride: usize,
  kStride: usize,
): void {
  if (kStride === 4) {
    const p1 = lanes > 1 ? src + laneStride : src;
    const p2 = lanes > 2 ? src + 2 * laneStride : src;
    const p3 = lanes > 3 ? src + 3 * laneStride : src;
    interleave4(dst, step, src, p1, p2, p3, n);
  } else if (lanes >= 4) {
    for (let k = 0; k < n; k++, dst += step, src += kStride) v128.store(dst, v128.load(src));
  } else {
    for (let k = 0; k < n; k++, dst += step, src += kStride) {
      v128.store(dst, loadTail(src, lanes));
    }
  }
}

/** A panel of up to 8 columns, [k][8]: column j of step k is src[j·laneStride + k·kStride], strides in bytes. */
export function pack8(
  dst: usize,
  src: usize,
  columns: i32,
  k: i32,
  laneStride: usize,
  kStride: usize,
): void {
  pack4(dst, 32, src, min(columns, 4), k, laneStride, kStride);
  if (columns > 4) {
    pack4(dst + 16, 32, src + 4 * laneStride, min(columns - 4, 4), k, laneStride, kStride);
  } else {
    // The rest is filled with zeros, so that stale subnormals do not slow the tile down.
    for (let i = 0; i < k; i++) v128.store(dst + ((<usize>i) << 5), f32x4.splat(0), 16);
  }
}

/** out[i][j] = max(tile[i][j] + bias[j], least): tiles of 4×8 to rows `pitch` bytes apart. */
export function storeRows(
  out: usize,
  pitch: usize,
  tiles: usize,
  bias: usize,
  least: f32,
  rows: i32,
  columns: i32,
): void {
  const floor4 = f32x4.splat(least);
  const columnPitch = (<usize>((rows + 3) / 4)) << 7;
  for (let i = 0; i < rows; i++, out += pitch) {
    let tile = tiles + ((<usize>i) << 5);
    for (let j = 0; j < columns; j += 8, tile += columnPitch) {
      const o = (<usize>j) << 2;
      const zero = f32x4.splat(0);
      const left = columns - j;
      if (left >= 8) {
        const b0 = bias === 0 ? zero : v128.load(bias + o);
        const b1 = bias === 0 ? zero : v128.load(bias + o, 16);
        v128.store(out + o, f32x4.max(f32x4.add(v128.load(tile), b0), floor4));
        v128.store(out + o, f32x4.max(f32x4.add(v128.load(tile, 16), b1), floor4), 16);
      } else {
        for (let lane = 0; lane < left; lane++) {
          const l = (<usize>lane) << 2;
          const shift: f32 = bias === 0 ? 0 : load<f32>(bias + o + l);
          store<f32>(out + o + l, max<f32>(load<f32>(tile + l) + shift, least));
        }
      }
    }
  }
}
