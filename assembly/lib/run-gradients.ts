// The backward pass of runs.ts and rows.ts: sums of gradients over a run of floats, and the gradient of its input.
// `weight` is the address of n floats, or 0 where there is none.
import { BLOCK, pair, productSums, weightedSums } from "./block-sums";
import { sound, tame } from "./runs";
import { madd } from "./simd";

/** (Σg, Σg·x̂) with g = dy·weight of n floats, x̂ = (x − mean)·rstd. */
export function rowSums(dy: usize, x: usize, weight: usize, n: i32, mean: f64, rstd: f64): v128 {
  if (tame(rstd)) {
    const high = <f32>mean;
    let sums: v128 = f64x2.splat(0);
    for (let at = 0; at < n; at += BLOCK) {
      const o = (<usize>at) << 2;
      const count = min(BLOCK, n - at);
      const block = weight
        ? weightedSums(dy + o, x + o, weight + o, count, high)
        : productSums(dy + o, x + o, count, high);
      sums = f64x2.add(sums, block);
    }
    const sum = f64x2.extract_lane(sums, 0);
    const product = f64x2.extract_lane(sums, 1) - (mean - <f64>high) * sum;
    if (sound(product)) return pair(sum, product * rstd);
  }
  let sum: f64 = 0;
  let product: f64 = 0;
  for (let o: usize = 0; o < (<usize>n) << 2; o += 4) {
    const g = <f64>load<f32>(dy + o) * (weight ? <f64>load<f32>(weight + o) : 1);
    sum += g;
    product += g * ((<f64>load<f32>(x + o) - mean) * rstd);
  }
  return pair(sum, product);
}

/** (Σdy, Σdy·x̂) of n floats. */
export function gradientSums(dy: usize, x: usize, n: i32, mean: f64, rstd: f64): v128 {
  return rowSums(dy, x, 0, n, mean, rstd);
}

// Tags that say whether a loop is compiled for a weight of each float.
class NoWeight {}
class WeightOfEach {}

function weighted<F>(dy: usize, weight: usize): v128 {
  if (idof<F>() === idof<NoWeight>()) return v128.load(dy);
  return f32x4.mul(v128.load(dy), v128.load(weight));
}

/** dx = rstd·(w·g − m1 − x̂·m2) with g = dy, or for `WeightOfEach` with g = dy·weight. */
function inputGradient<F>(
  dx: usize,
  dy: usize,
  x: usize,
  weight: usize,
  n: i32,
  mean: f64,
  rstd: f64,
  w: f64,
  m1: f64,
  m2: f64,
): void {
  const end = x + ((<usize>n) << 2);
  const away = weight - dy;
  if (!tame(rstd)) {
    for (; x < end; x += 4, dy += 4, dx += 4) {
      const h = (<f64>load<f32>(x) - mean) * rstd;
      const factor = idof<F>() === idof<NoWeight>() ? w : <f64>load<f32>(dy + away);
      store<f32>(dx, <f32>(rstd * (factor * <f64>load<f32>(dy) - m1 - h * m2)));
    }
    return;
  }
  const high = <f32>mean;
  const slope = -rstd * rstd * m2;
  const p = <f32>(rstd * w);
  const q = <f32>slope;
  const r = <f32>(-rstd * m1 - (mean - <f64>high) * slope);
  const m = f32x4.splat(high);
  const p4 = f32x4.splat(p);
  const q4 = f32x4.splat(q);
  const r4 = f32x4.splat(r);
  // dx[i] = p·g[i] + (q·(x[i] − high) + r): p = rstd·w, q = −rstd²·m2, and r is the rest, with what `high` lacks of
  // mean
  for (; x + 64 <= end; x += 64, dy += 64, dx += 64) {
    const each = dy + away;
    let rest = madd(f32x4.sub(v128.load(x), m), q4, r4);
    v128.store(dx, madd(weighted<F>(dy, each), p4, rest));
    rest = madd(f32x4.sub(v128.load(x, 16), m), q4, r4);
    v128.store(dx, madd(weighted<F>(dy + 16, each + 16), p4, rest), 16);
    rest = madd(f32x4.sub(v128.load(x, 32), m), q4, r4);
    v128.store(dx, madd(weighted<F>(dy + 32, each + 32), p4, rest), 32);
    rest = madd(f32x4.sub(v128.load(x, 48), m), q4, r4);
    v128.store(dx, madd(weighted<F>(dy + 48, each + 48), p4, rest), 48);
  }
  for (; x + 16 <= end; x += 16, dy += 16, dx += 16) {
    const rest = madd(f32x4.sub(v128.load(x), m), q4, r4);
    v128.store(dx, madd(weighted<F>(dy, dy + away), p4, rest));
  }
  for (; x < end; x += 4, dy += 4, dx += 4) {
    const each: f32 = idof<F>() === idof<NoWeight>() ? 1 : load<f32>(dy + away);
    store<f32>(dx, p * (load<f32>(dy) * each) + (q * (load<f32>(x) - high) + r));
  }
}

/** dx = rstd·(w·dy − m1 − x̂·m2) on n floats; m1 and m2 are the means of w·dy and w·dy·x̂ over the set. */
export function gradientRun(
  dx: usize,
  dy: usize,
  x: usize,
  n: i32,
  mean: f64,
  rstd: f64,
  w: f64,
  m1: f64,
  m2: f64,
): void {
  inputGradient<NoWeight>(dx, dy, x, 0, n, mean, rstd, w, m1, m2);
}

/** dx = rstd·(g − m1 − x̂·m2) with g = dy·weight on n floats; m1 and m2 are the means of g and g·x̂ over the row. */
export function rowGradient(
  dx: usize,
  dy: usize,
  x: usize,
  weight: usize,
  n: i32,
  mean: f64,
  rstd: f64,
  m1: f64,
  m2: f64,
): void {
  if (weight) inputGradient<WeightOfEach>(dx, dy, x, weight, n, mean, rstd, 1, m1, m2);
  else inputGradient<NoWeight>(dx, dy, x, 0, n, mean, rstd, 1, m1, m2);
}
