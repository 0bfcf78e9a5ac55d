// What is read for the verdicts on tiles: all channels of an input at once.
import { greater } from "../lib/simd";
import { sideOf, stepOf } from "./winograd-kind";

/** Floats of a row of levels and rows of an image: all that the tiles read, padding included. */
export function wideOf(kind: i32, outWidth: i32): i32 {
  const side = sideOf(kind);
  return ((outWidth + side - 1) / side) * stepOf(kind) + 4;
}

export function tallOf(kind: i32, outHeight: i32): i32 {
  const side = sideOf(kind);
  return ((outHeight + side - 1) / side) * stepOf(kind) + 2;
}

/**
 * levels [2][images][tall][wide] of planes [images, channels, height, width] with their padding: the sum and the maximum of |x| over the
 * channels. Item = a row.
 */
export function winogradLevels(
  levels: usize,
  planes: usize,
  kind: i32,
  images: i32,
  channels: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  padY: i32,
  padX: i32,
  begin: i32,
  end: i32,
): void {
  const tall = tallOf(kind, outHeight);
  const wide = wideOf(kind, outWidth);
  const bytes = (<usize>wide) << 2;
  const apart = bytes * images * tall;
  const plane = (<usize>(height * width)) << 2;
  const last = min(width, wide - padX) - 4;
  for (let item = begin; item < end; item++) {
    const n = item / tall;
    const y = item - n * tall - padY;
    const to = levels + bytes * item;
    memory.fill(to, 0, bytes);
    memory.fill(to + apart, 0, bytes);
    if (<u32>y >= <u32>height) continue;
    const row = planes + ((<usize>((n * channels * height + y) * width)) << 2);
    const at = to + ((<usize>padX) << 2);
    // A line at a time: what is left of it would be gone from L1 when all channels are through.
    for (let x = 0; x < last + 4; x += 16) {
      const o0 = (<usize>min(x, last)) << 2;
      const o1 = (<usize>min(x + 4, last)) << 2;
      const o2 = (<usize>min(x + 8, last)) << 2;
      const o3 = (<usize>min(x + 12, last)) << 2;
      let s0: v128 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let m0 = s0;
      let m1 = s0;
      let m2 = s0;
      let m3 = s0;
      let from = row;
      for (let c = 0; c < channels; c++, from += plane) {
        const a = f32x4.abs(v128.load(from + o0));
        s0 = f32x4.add(s0, a);
        m0 = greater(m0, a);
        const b = f32x4.abs(v128.load(from + o1));
        s1 = f32x4.add(s1, b);
        m1 = greater(m1, b);
        const d = f32x4.abs(v128.load(from + o2));
        s2 = f32x4.add(s2, d);
        m2 = greater(m2, d);
        const e = f32x4.abs(v128.load(from + o3));
        s3 = f32x4.add(s3, e);
        m3 = greater(m3, e);
      }
      v128.store(at + o0, s0);
      v128.store(at + o1, s1);
      v128.store(at + o2, s2);
      v128.store(at + o3, s3);
      v128.store(at + o0 + apart, m0);
      v128.store(at + o1 + apart, m1);
      v128.store(at + o2 + apart, m2);
      v128.store(at + o3 + apart, m3);
    }
  }
}
