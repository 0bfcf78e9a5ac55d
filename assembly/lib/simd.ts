// The only file that chooses instructions of one build or the other. Binaryen inlines these functions: none has a loop.

/** a·b + c on four lanes: fused in the relaxed build where the CPU fuses, mul then add in the simd build. */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Stores a + b, a − b, c + d and c − d, `step` bytes apart. */
export function storePairs(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, f32x4.add(a, b));
  to += step;
  v128.store(to, f32x4.sub(a, b));
  to += step;
  v128.store(to, f32x4.add(c, d));
  to += step;
  v128.store(to, f32x4.sub(c, d));
}

/** The sum of the vectors at p and p + step. */
export function pairSum(p: usize, step: usize): v128 {
  return f32x4.add(v128.load(p), v128.load(p + step));
}

/** The vector at p minus that at p + step. */
export function pairDifference(p: usize, step: usize): v128 {
  return f32x4.sub(v128.load(p), v128.load(p + step));
}

/** Horizontal sum of four lanes, pairwise. */
export function sum4(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 2) +
    (f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 3))
  );
}

/** The least normal number. On smaller numbers, except 0, x64 CPUs spend a hundred cycles. */
export const LEAST_NORMAL: f32 = 1.1754943508222875e-38;

/** v, but 0 where it is nearer to 0 than `least`. NaN stays. */
export function flush(v: v128, least: v128): v128 {
  return v128.andnot(v, f32x4.lt(f32x4.abs(v), least));
}

/** Loads n < 4 floats from p; the other lanes are 0. It reads nothing from p + 4n on. */
export function loadTail(p: usize, n: i32): v128 {
  if (n === 1) return v128.load32_zero(p);
  const low = v128.load64_zero(p);
  return n === 2 ? low : v128.load_lane<f32>(p, low, 2, 8);
}

/** Stores the first n < 4 lanes of v at p. */
export function storeTail(p: usize, v: v128, n: i32): void {
  if (n === 1) {
    v128.store_lane<f32>(p, v, 0);
  } else {
    v128.store_lane<f64>(p, v, 0);
    if (n === 3) v128.store_lane<f32>(p, v, 2, 8);
  }
}

/**
 * Loads four floats from p for T = v128; n < 4 of them and zeros for T = f32. So a loop's body, written once, is
 * compiled for both.
 */
export function loadLanes<T>(p: usize, n: i32): v128 {
  if (isVector<T>()) return v128.load(p);
  return loadTail(p, n);
}

/** Stores four lanes at p for T = v128, the first n for T = f32. */
export function storeLanes<T>(p: usize, v: v128, n: i32): void {
  if (isVector<T>()) v128.store(p, v);
  else storeTail(p, v, n);
}

/** Like loadTail, but the other lanes are `other`. */
export function loadTailOr(p: usize, n: i32, other: f32): v128 {
  const there = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n));
  return v128.bitselect(loadTail(p, n), f32x4.splat(other), there);
}

/**
 * The larger of each two lanes, where no number is negative. The bits of such numbers are in the same order, with NaN
 * above all. So it takes one instruction instead of seven.
 */
export function greater(a: v128, b: v128): v128 {
  return i32x4.max_s(a, b);
}

/** The greatest lane. No lane may be negative. */
export function max4(v: v128): f32 {
  const pairs = greater(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(greater(pairs, v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2)), 0);
}
