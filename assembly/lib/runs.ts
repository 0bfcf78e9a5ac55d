// What the channel-wise norms do to a run of floats: normalise it, and go back.
import { join, pair, total } from "./moments";
import { madd } from "./simd";

/** Elements whose sums stay in float32, as in moments.ts. */
const BLOCK: i32 = 1024;

/**
 * Whether float32 holds rstd, rstd² and all x − mean of such a set with room to spare. If not, or for NaN, float64 is
 * used.
 */
export function tame(rstd: f64): bool {
  return rstd > 1e-8 && rstd < 1e8;
}

/** False where a sum of products was not finite or went below float32's range. */
export function sound(product: f64): bool {
  const size = abs(product);
  return (size > 1e-30 && size < Infinity) || size === 0;
}

/**
 * y = (x − mean)·rstd·w + b on n floats. The mean is subtracted as two float32, its rounded value first: so 1e6 + N(0,
 * 1) keeps all digits that the input has.
 */
export function normalizeRun(
  y: usize,
  x: usize,
  n: i32,
  mean: f64,
  rstd: f64,
  w: f64,
  b: f64,
): void {
  const end = x + ((<usize>n) << 2);
  if (!tame(rstd)) {
    for (; x < end; x += 4, y += 4) {
      store<f32>(y, <f32>((<f64>load<f32>(x) - mean) * rstd * w + b));
    }
    return;
  }
  const high = <f32>mean;
  const scale = <f32>(rstd * w);
  const shift = <f32>(b - (mean - <f64>high) * rstd * w);
  const m = f32x4.splat(high);
  const a = f32x4.splat(scale);
  const c = f32x4.splat(shift);
  // y[i] = (x[i] - mean) * scale + shift
  for (; x + 64 <= end; x += 64, y += 64) {
    v128.store(y, madd(f32x4.sub(v128.load(x), m), a, c));
    v128.store(y, madd(f32x4.sub(v128.load(x, 16), m), a, c), 16);
    v128.store(y, madd(f32x4.sub(v128.load(x, 32), m), a, c), 32);
    v128.store(y, madd(f32x4.sub(v128.load(x, 48), m), a, c), 48);
  }
  for (; x + 16 <= end; x += 16, y += 16) {
    v128.store(y, madd(f32x4.sub(v128.load(x), m), a, c));
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, (load<f32>(x) - high) * scale + shift);
}

/** (Σdy, Σdy·(x − high)) of n ≤ BLOCK floats, in float32 lanes. */
function blockProducts(dy: usize, x: usize, n: i32, high: f32): v128 {
  const end = x + ((<usize>n) << 2);
  const m = f32x4.splat(high);
  let a: v128 = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let ax = a;
  let bx = a;
  let cx = a;
  let dx = a;
  // sum += dy[i]; product += dy[i] * (x[i] - mean)
  for (; x + 64 <= end; x += 64, dy += 64) {
    let g = v128.load(dy);
    a = f32x4.add(a, g);
    ax = madd(g, f32x4.sub(v128.load(x), m), ax);
    g = v128.load(dy, 16);
    b = f32x4.add(b, g);
    bx = madd(g, f32x4.sub(v128.load(x, 16), m), bx);
    g = v128.load(dy, 32);
    c = f32x4.add(c, g);
    cx = madd(g, f32x4.sub(v128.load(x, 32), m), cx);
    g = v128.load(dy, 48);
    d = f32x4.add(d, g);
    dx = madd(g, f32x4.sub(v128.load(x, 48), m), dx);
  }
  for (; x + 16 <= end; x += 16, dy += 16) {
    const g = v128.load(dy);
    a = f32x4.add(a, g);
    ax = madd(g, f32x4.sub(v128.load(x), m), ax);
  }
  let sum = total(join(a, b, c, d));
  let product = total(join(ax, bx, cx, dx));
  for (; x < end; x += 4, dy += 4) {
    const g = <f64>load<f32>(dy);
    sum += g;
    product += g * <f64>(load<f32>(x) - high);
  }
  return pair(sum, product);
}

/** (Σdy, Σdy·x̂) of n floats, x̂ = (x − mean)·rstd. */
export function gradientSums(dy: usize, x: usize, n: i32, mean: f64, rstd: f64): v128 {
  if (tame(rstd)) {
    const high = <f32>mean;
    let sums: v128 = f64x2.splat(0);
    for (let at = 0; at < n; at += BLOCK) {
      const o = (<usize>at) << 2;
      sums = f64x2.add(sums, blockProducts(dy + o, x + o, min(BLOCK, n - at), high));
    }
    const sum = f64x2.extract_lane(sums, 0);
    const product = f64x2.extract_lane(sums, 1) - (mean - <f64>high) * sum;
    if (sound(product)) return pair(sum, product * rstd);
  }
  let sum: f64 = 0;
  let product: f64 = 0;
  for (const end = x + ((<usize>n) << 2); x < end; x += 4, dy += 4) {
    const g = <f64>load<f32>(dy);
    sum += g;
    product += g * ((<f64>load<f32>(x) - mean) * rstd);
  }
  return pair(sum, product);
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
  const end = x + ((<usize>n) << 2);
  if (!tame(rstd)) {
    for (; x < end; x += 4, dy += 4, dx += 4) {
      const h = (<f64>load<f32>(x) - mean) * rstd;
      store<f32>(dx, <f32>(rstd * (w * <f64>load<f32>(dy) - m1 - h * m2)));
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
  // dx[i] = p * dy[i] + (q * (x[i] - mean) + r)
  for (; x + 64 <= end; x += 64, dy += 64, dx += 64) {
    let rest = madd(f32x4.sub(v128.load(x), m), q4, r4);
    v128.store(dx, madd(v128.load(dy), p4, rest));
    rest = madd(f32x4.sub(v128.load(x, 16), m), q4, r4);
    v128.store(dx, madd(v128.load(dy, 16), p4, rest), 16);
    rest = madd(f32x4.sub(v128.load(x, 32), m), q4, r4);
    v128.store(dx, madd(v128.load(dy, 32), p4, rest), 32);
    rest = madd(f32x4.sub(v128.load(x, 48), m), q4, r4);
    v128.store(dx, madd(v128.load(dy, 48), p4, rest), 48);
  }
  for (; x + 16 <= end; x += 16, dy += 16, dx += 16) {
    v128.store(dx, madd(v128.load(dy), p4, madd(f32x4.sub(v128.load(x), m), q4, r4)));
  }
  for (; x < end; x += 4, dy += 4, dx += 4) {
    store<f32>(dx, p * load<f32>(dy) + (q * (load<f32>(x) - high) + r));
  }
}
