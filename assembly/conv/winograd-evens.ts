import { madd, storePair } from "../lib/simd";

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
  storePair(to, step, oddA, evenA);
  const oddB = madd(minusAA, x1, x3);
  const evenB = f32x4.mul(f32x4.splat(B), madd(minusAA, x0, x2));
  to += 2 * step;
  storePair(to, step, oddB, evenB);
  to += 2 * step;
  v128.store(to, madd(f32x4.splat(AA * BB), x0, madd(f32x4.splat(-AA - BB), x2, x4)));
}

/** to[k·step] = row k of G · (g0, g1), k < 5. */
export function spreadOuterTaps(to: usize, step: usize, g0: v128, g1: v128): void {
  const outerA = f32x4.mul(f32x4.splat(OUTER_A), g0);
  const innerA = f32x4.mul(f32x4.splat(INNER_A), g1);
  storePair(to, step, innerA, outerA);
  const outerB = f32x4.mul(f32x4.splat(OUTER_B), g0);
  const innerB = f32x4.mul(f32x4.splat(INNER_B), g1);
  to += 2 * step;
  storePair(to, step, innerB, outerB);
  to += 2 * step;
  v128.store(to, g1);
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
  const m0 = v128.load(from);
  from += pitch;
  const m1 = v128.load(from);
  from += pitch;
  const m2 = v128.load(from);
  from += pitch;
  const m3 = v128.load(from);
  from += pitch;
  const m4 = v128.load(from);
  const evenA = f32x4.add(m0, m1);
  const oddA = f32x4.sub(m0, m1);
  const evenB = f32x4.add(m2, m3);
  const oddB = f32x4.sub(m2, m3);
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
  storePair(to, step, evenA, oddA);
  const evenB = madd(f32x4.splat(BB), x2, x0);
  const oddB = f32x4.mul(f32x4.splat(B), madd(f32x4.splat(BB), x3, x1));
  to += 2 * step;
  storePair(to, step, evenB, oddB);
  to += 2 * step;
  v128.store(to, x3);
}

/** (to, to[2·step]) = Gᵀ · m, m[j] at from + j·pitch: the transpose of `spreadOuterTaps`. */
export function narrowOuterTaps(to: usize, step: usize, from: usize, pitch: usize): void {
  const m0 = v128.load(from);
  from += pitch;
  const m1 = v128.load(from);
  from += pitch;
  const m2 = v128.load(from);
  from += pitch;
  const m3 = v128.load(from);
  from += pitch;
  const m4 = v128.load(from);
  const outerB = f32x4.mul(f32x4.splat(OUTER_B), f32x4.sub(m2, m3));
  v128.store(to, madd(f32x4.splat(OUTER_A), f32x4.sub(m0, m1), outerB));
  const innerB = madd(f32x4.splat(INNER_B), f32x4.add(m2, m3), m4);
  v128.store(to + 2 * step, madd(f32x4.splat(INNER_A), f32x4.add(m0, m1), innerB));
}
