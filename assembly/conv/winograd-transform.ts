import { madd, pairDifference, pairSum, storePairs } from "../lib/simd";

// Winograd's F(4×4, 3×3) (Lavin & Gray, arXiv 1509.09308): y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A for the 4×4 outputs y of a 3×3
// filter g on 6×6 inputs d. It takes 36 products instead of 144. The points 0, ±√½, ±√2, ∞ lose half of what 0, ±1, ±2,
// ∞ lose.
const ROOT_HALF: f32 = sqrt<f32>(0.5);
const ROOT_TWO: f32 = sqrt<f32>(2);

/** to[k·step] = row k of Bᵀ · x, k < 6, four columns at once. */
export function spread(
  to: usize,
  step: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
): void {
  const minusTwo = f32x4.splat(-2);
  const minusHalf = f32x4.splat(-0.5);
  const sum = f32x4.splat(-2.5);
  v128.store(to, madd(sum, x2, f32x4.add(x0, x4)));
  const evenA = madd(minusTwo, x2, x4);
  const oddA = f32x4.mul(f32x4.splat(ROOT_HALF), madd(minusTwo, x1, x3));
  const evenB = madd(minusHalf, x2, x4);
  const oddB = f32x4.mul(f32x4.splat(ROOT_TWO), madd(minusHalf, x1, x3));
  storePairs(to + step, step, evenA, oddA, evenB, oddB);
  v128.store(to + 5 * step, madd(sum, x3, f32x4.add(x1, x5)));
}

/** to[k·step] = row k of G · (g0, g1, g2), k < 6. */
export function spreadFilter(to: usize, step: usize, g0: v128, g1: v128, g2: v128): void {
  v128.store(to, g0);
  const a = f32x4.splat(-2.0 / 3);
  const evenA = f32x4.mul(a, f32x4.add(g0, f32x4.mul(f32x4.splat(0.5), g2)));
  const oddA = f32x4.mul(f32x4.mul(a, f32x4.splat(ROOT_HALF)), g1);
  const b = f32x4.splat(1.0 / 6);
  const evenB = f32x4.mul(b, f32x4.add(g0, f32x4.mul(f32x4.splat(2), g2)));
  const oddB = f32x4.mul(f32x4.mul(b, f32x4.splat(ROOT_TWO)), g1);
  storePairs(to + step, step, evenA, oddA, evenB, oddB);
  v128.store(to + 5 * step, g2);
}

/** to[k·step] = row k of Aᵀ · m, k < 4, m[j] at from + j·pitch. */
export function gather(to: usize, step: usize, from: usize, pitch: usize): void {
  const a = from + pitch;
  const b = from + 3 * pitch;
  const evenA = pairSum(a, pitch);
  const oddA = f32x4.mul(f32x4.splat(ROOT_HALF), pairDifference(a, pitch));
  const evenB = pairSum(b, pitch);
  const oddB = f32x4.mul(f32x4.splat(ROOT_TWO), pairDifference(b, pitch));
  const two = f32x4.splat(2);
  const half = f32x4.splat(0.5);
  const m5 = v128.load(from + 5 * pitch);
  v128.store(to, f32x4.add(f32x4.add(v128.load(from), evenA), evenB));
  to += step;
  v128.store(to, f32x4.add(oddA, oddB));
  to += step;
  v128.store(to, madd(half, evenA, f32x4.mul(two, evenB)));
  to += step;
  v128.store(to, madd(half, oddA, madd(two, oddB, m5)));
}

/** to[k·step] = row k of A · x, k < 6: the transpose of `gather`, for gradients of outputs. */
export function widen(to: usize, step: usize, x0: v128, x1: v128, x2: v128, x3: v128): void {
  const half = f32x4.splat(0.5);
  const two = f32x4.splat(2);
  v128.store(to, x0);
  const evenA = madd(half, x2, x0);
  const oddA = f32x4.mul(f32x4.splat(ROOT_HALF), madd(half, x3, x1));
  const evenB = madd(two, x2, x0);
  const oddB = f32x4.mul(f32x4.splat(ROOT_TWO), madd(two, x3, x1));
  storePairs(to + step, step, evenA, oddA, evenB, oddB);
  v128.store(to + 5 * step, x3);
}

/** to[k·step] = row k of Gᵀ · m, k < 3, m[j] at from + j·pitch: the transpose of `spreadFilter`. */
export function narrow(to: usize, step: usize, from: usize, pitch: usize): void {
  const a = from + pitch;
  const b = from + 3 * pitch;
  const evenA = f32x4.mul(f32x4.splat(-2.0 / 3), pairSum(a, pitch));
  const evenB = f32x4.mul(f32x4.splat(1.0 / 6), pairSum(b, pitch));
  const oddA = f32x4.mul(f32x4.splat((-2.0 / 3) * ROOT_HALF), pairDifference(a, pitch));
  const oddB = f32x4.mul(f32x4.splat((1.0 / 6) * ROOT_TWO), pairDifference(b, pitch));
  const m5 = v128.load(from + 5 * pitch);
  v128.store(to, f32x4.add(f32x4.add(v128.load(from), evenA), evenB));
  to += step;
  v128.store(to, f32x4.add(oddA, oddB));
  to += step;
  v128.store(to, madd(f32x4.splat(0.5), evenA, madd(f32x4.splat(2), evenB, m5)));
}
