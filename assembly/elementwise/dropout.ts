import { loadTail, storeTail } from "../lib/simd";

/** Mixes 32 bits so that each depends on all (a multiply-xorshift finaliser). */
function mix(h: v128): v128 {
  const a = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(0x7feb352d));
  const b = i32x4.mul(v128.xor(a, i32x4.shr_u(a, 15)), i32x4.splat(<i32>0x846ca68b));
  return v128.xor(b, i32x4.shr_u(b, 16));
}

/**
 * Which of four neighbouring indices are kept: those whose hash with both halves of the seed is not below the
 * threshold. The hash depends on seed and index alone, so the backward pass makes the mask again.
 */
function kept(index: v128, low: i32, high: i32, threshold: i32): v128 {
  const hash = mix(v128.xor(mix(i32x4.add(index, i32x4.splat(low))), i32x4.splat(high)));
  return i32x4.ge_u(hash, i32x4.splat(threshold));
}

/**
 * y [masks, length] = x·scale where the index of the row is kept, else 0 whatever x is there. The share of rows that is
 * dropped is `threshold` / 2^32. Range: rows.
 */
export function dropout(
  y: usize,
  x: usize,
  length: i32,
  low: i32,
  high: i32,
  threshold: i32,
  scale: f32,
  begin: i32,
  end: i32,
): void {
  const factor = f32x4.splat(scale);
  if (length === 1) {
    // y[i] = kept(i) ? x[i] * scale : 0
    for (let i = begin; i < end; i += 4) {
      const o = (<usize>i) << 2;
      const index = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
      const mask = kept(index, low, high, threshold);
      const n = end - i;
      const v = n >= 4 ? v128.load(x + o) : loadTail(x + o, n);
      const out = v128.and(f32x4.mul(v, factor), mask);
      if (n >= 4) v128.store(y + o, out);
      else storeTail(y + o, out, n);
    }
    return;
  }
  const bytes = (<usize>length) << 2;
  for (let row = begin; row < end; row++) {
    const to = y + <usize>row * bytes;
    const from = x + <usize>row * bytes;
    if (i32x4.extract_lane(kept(i32x4.splat(row), low, high, threshold), 0) === 0) {
      memory.fill(to, 0, bytes);
      continue;
    }
    // y[row][i] = x[row][i] * scale
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      const o = (<usize>i) << 2;
      v128.store(to + o, f32x4.mul(v128.load(from + o), factor));
    }
    for (; i < length; i++) {
      const o = (<usize>i) << 2;
      store<f32>(to + o, load<f32>(from + o) * scale);
    }
  }
}
