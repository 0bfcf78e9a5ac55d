// What softmax and cross-entropy share: the maximum of a row and the sum of its exponentials.
import { exp } from "./math";
import { loadTailOr, storeTail, sum4 } from "./simd";

/** max x[i]; NaN if there is one. */
export function rowMax(x: usize, n: i32): f32 {
  let m = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) m = f32x4.max(m, v128.load(x + ((<usize>i) << 2)));
  if (i < n) m = f32x4.max(m, loadTailOr(x + ((<usize>i) << 2), n - i, -Infinity));
  m = f32x4.max(m, i32x4.shuffle(m, m, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1));
}

/** Σ e^(x[i] − shift), in float32 blocks of 128 merged in float64; with y ≠ 0 the terms are kept there. */
export function rowExpSum(y: usize, x: usize, shift: f32, n: i32): f64 {
  const s = f32x4.splat(shift);
  let total: f64 = 0;
  let i = 0;
  while (i + 4 <= n) {
    const to = min(i + 128, n);
    let sum = f32x4.splat(0);
    for (; i + 4 <= to; i += 4) {
      const e = exp(f32x4.sub(v128.load(x + ((<usize>i) << 2)), s));
      if (y !== 0) v128.store(y + ((<usize>i) << 2), e);
      sum = f32x4.add(sum, e);
    }
    total += <f64>sum4(sum);
  }
  if (i < n) {
    const e = exp(f32x4.sub(loadTailOr(x + ((<usize>i) << 2), n - i, -Infinity), s));
    if (y !== 0) storeTail(y + ((<usize>i) << 2), e, n - i);
    total += <f64>sum4(e);
  }
  return total;
}
