import { madd, pairDifference, pairSum, storePairs } from "../lib/simd";

// Winograd's F(4, 2): 4 outputs of 2 taps on 5 inputs by 5 products, at the points ±½, ±1¼, ∞. In two dimensions their
// error is 5e-7 in norm. With the points 0, ±1, 2, ∞ it is 9e-7, and with F(4, 3) it is 8e-7. All constants but those
// of the taps are exact.
const A: f32 = 0.5;
const B: f32 = 1.25;
const AA: f32 = A * A;
const BB: f32 = B * B;
/** 1 / (2a(a² − b²)) and 1 / (2b(b² − a²)), and those times a and b. */
const OUTER_A: f32 = 1 / (2 * A * (AA - BB));
const OUTER_B: f32 = 1 / (2 * B * (BB - AA));
const INNER_A: f32 = A * OUTER_A;
const INNER_B: f32 = B * OUTER_B;

/** to[k·step] = row k of Bᵀ · x, k < 5, four columns at once. */
export function spreadEvens(
  to: usize,
  step: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
): void {
  const minusAA = f32x4.splat(-AA);
  const minusBB = f32x4.splat(-BB);
  const oddA = madd(minusBB, x1, x3);
  const evenA = f32x4.mul(f32x4.splat(A), madd(minusBB, x0, x2));
  const oddB = madd(minusAA, x1, x3);
  const evenB = f32x4.mul(f32x4.splat(B), madd(minusAA, x0, x2));
  storePairs(to, step, oddA, evenA, oddB, evenB);
  v128.store(to + 4 * step, madd(f32x4.splat(AA * BB), x0, madd(f32x4.splat(-AA - BB), x2, x4)));
}

/** to[k·step] = row k of G · (g0, g1), k < 5. */
export function spreadOuterTaps(to: usize, step: usize, g0: v128, g1: v128): void {
  const outerA = f32x4.mul(f32x4.splat(OUTER_A), g0);
  const innerA = f32x4.mul(f32x4.splat(INNER_A), g1);
  const outerB = f32x4.mul(f32x4.splat(OUTER_B), g0);
  const innerB = f32x4.mul(f32x4.splat(INNER_B), g1);
  storePairs(to, step, innerA, outerA, innerB, outerB);
  v128.store(to + 4 * step, g1);
}

/** to[k·step] = row k of Aᵀ · m + x[k], k < 4; m[j] is at from + j·pitch, x[k] at other + k·otherPitch. */
export function gatherEvens(
  to: usize,
  step: usize,
  from: usize,
  pitch: usize,
  other: usize,
  otherPitch: usize,
): void {
  const b = from + 2 * pitch;
  const evenA = pairSum(from, pitch);
  const oddA = pairDifference(from, pitch);
  const evenB = pairSum(b, pitch);
  const oddB = pairDifference(b, pitch);
  const m4 = v128.load(from + 4 * pitch);
  v128.store(to, f32x4.add(f32x4.add(evenA, evenB), v128.load(other)));
  to += step;
  other += otherPitch;
  v128.store(to, madd(f32x4.splat(B), oddB, madd(f32x4.splat(A), oddA, v128.load(other))));
  to += step;
  other += otherPitch;
  v128.store(to, madd(f32x4.splat(BB), evenB, madd(f32x4.splat(AA), evenA, v128.load(other))));
  to += step;
  other += otherPitch;
  const last = f32x4.add(m4, v128.load(other));
  v128.store(to, madd(f32x4.splat(B * BB), oddB, madd(f32x4.splat(A * AA), oddA, last)));
}

/** to[k·step] = row k of A · x, k < 5: the transpose of `gatherEvens`, for gradients of outputs. */
export function widenEvens(to: usize, step: usize, x0: v128, x1: v128, x2: v128, x3: v128): void {
  const evenA = madd(f32x4.splat(AA), x2, x0);
  const oddA = f32x4.mul(f32x4.splat(A), madd(f32x4.splat(AA), x3, x1));
  const evenB = madd(f32x4.splat(BB), x2, x0);
  const oddB = f32x4.mul(f32x4.splat(B), madd(f32x4.splat(BB), x3, x1));
  storePairs(to, step, evenA, oddA, evenB, oddB);
  v128.store(to + 4 * step, x3);
}

/** (to, to[2·step]) = Gᵀ · m, m[j] at from + j·pitch: the transpose of `spreadOuterTaps`. */
export function narrowOuterTaps(to: usize, step: usize, from: usize, pitch: usize): void {
  const b = from + 2 * pitch;
  const outerB = f32x4.mul(f32x4.splat(OUTER_B), pairDifference(b, pitch));
  const outer = madd(f32x4.splat(OUTER_A), pairDifference(from, pitch), outerB);
  const innerB = madd(f32x4.splat(INNER_B), pairSum(b, pitch), v128.load(from + 4 * pitch));
  const inner = madd(f32x4.splat(INNER_A), pairSum(from, pitch), innerB);
  v128.store(to, outer);
  v128.store(to + 2 * step, inner);
}
