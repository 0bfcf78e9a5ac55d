// Four floats as two pairs of float64, for kernels that go down columns.
import { loadTail, storeTail } from "./simd";

/** Loads width ≤ 4 floats from p; the other lanes are 0. */
export function get(p: usize, width: i32): v128 {
  return width === 4 ? v128.load(p) : loadTail(p, width);
}

/** Stores the first width ≤ 4 lanes. */
export function put(p: usize, v: v128, width: i32): void {
  if (width === 4) v128.store(p, v);
  else storeTail(p, v, width);
}

/** Lanes 0 and 1 as float64. */
export function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** Lanes 2 and 3 as float64. */
export function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3));
}

/** Both pairs as four float32. */
export function narrow(a: v128, b: v128): v128 {
  return i32x4.shuffle(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
}

/** The two lanes in the other order. */
export function swap(v: v128): v128 {
  return v128.shuffle<i64>(v, v, 1, 0);
}
