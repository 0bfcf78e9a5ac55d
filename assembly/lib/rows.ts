// What layer norm does to a row, or to a part of one. It is like runs.ts, with a weight and a bias for each column.
import { join, pair, total } from "./moments";
import { gradientRun, gradientSums, normalizeRun, sound, tame } from "./runs";
import { madd } from "./simd";

/** Elements whose sums stay in float32, as in moments.ts. */
const BLOCK: i32 = 1024;

/** y = (x − mean)·rstd·weight + bias on n columns; weight and bias may be 0. */
export function normalizeRow(
  y: usize,
  x: usize,
  weight: usize,
  bias: usize,
  n: i32,
  mean: f64,
  rstd: f64,
): void {
  if (!weight && !bias) {
    normalizeRun(y, x, n, mean, rstd, 1, 0);
    return;
  }
  const end = x + ((<usize>n) << 2);
  if (!tame(rstd)) {
    for (let o: usize = 0; x + o < end; o += 4) {
      const h = (<f64>load<f32>(x + o) - mean) * rstd;
      const w = weight ? <f64>load<f32>(weight + o) : 1;
      store<f32>(y + o, <f32>(h * w + (bias ? <f64>load<f32>(bias + o) : 0)));
    }
    return;
  }
  const high = <f32>mean;
  const scale = <f32>rstd;
  const low = <f32>((<f64>high - mean) * rstd);
  const m = f32x4.splat(high);
  const a = f32x4.splat(scale);
  const c = f32x4.splat(low);
  // y[i] = ((x[i] - mean) * rstd + low) * weight[i] + bias[i]. low is mostly too small to matter, and without it the
  // loop is 1.2 times as fast.
  if (weight && bias && abs(low) < 1e-8) {
    for (; x + 64 <= end; x += 64, y += 64, weight += 64, bias += 64) {
      v128.store(
        y,
        madd(f32x4.mul(f32x4.sub(v128.load(x), m), a), v128.load(weight), v128.load(bias)),
      );
      v128.store(
        y,
        madd(
          f32x4.mul(f32x4.sub(v128.load(x, 16), m), a),
          v128.load(weight, 16),
          v128.load(bias, 16),
        ),
        16,
      );
      v128.store(
        y,
        madd(
          f32x4.mul(f32x4.sub(v128.load(x, 32), m), a),
          v128.load(weight, 32),
          v128.load(bias, 32),
        ),
        32,
      );
      v128.store(
        y,
        madd(
          f32x4.mul(f32x4.sub(v128.load(x, 48), m), a),
          v128.load(weight, 48),
          v128.load(bias, 48),
        ),
        48,
      );
    }
  } else if (weight && bias) {
    for (; x + 64 <= end; x += 64, y += 64, weight += 64, bias += 64) {
      v128.store(
        y,
        madd(madd(f32x4.sub(v128.load(x), m), a, c), v128.load(weight), v128.load(bias)),
      );
      v128.store(
        y,
        madd(
          madd(f32x4.sub(v128.load(x, 16), m), a, c),
          v128.load(weight, 16),
          v128.load(bias, 16),
        ),
        16,
      );
      v128.store(
        y,
        madd(
          madd(f32x4.sub(v128.load(x, 32), m), a, c),
          v128.load(weight, 32),
          v128.load(bias, 32),
        ),
        32,
      );
      v128.store(
        y,
        madd(
          madd(f32x4.sub(v128.load(x, 48), m), a, c),
          v128.load(weight, 48),
          v128.load(bias, 48),
        ),
        48,
      );
    }
  } else if (weight) {
    for (; x + 64 <= end; x += 64, y += 64, weight += 64) {
      v128.store(y, f32x4.mul(madd(f32x4.sub(v128.load(x), m), a, c), v128.load(weight)));
      v128.store(
        y,
        f32x4.mul(madd(f32x4.sub(v128.load(x, 16), m), a, c), v128.load(weight, 16)),
        16,
      );
      v128.store(
        y,
        f32x4.mul(madd(f32x4.sub(v128.load(x, 32), m), a, c), v128.load(weight, 32)),
        32,
      );
      v128.store(
        y,
        f32x4.mul(madd(f32x4.sub(v128.load(x, 48), m), a, c), v128.load(weight, 48)),
        48,
      );
    }
  }
  let o: usize = 0;
  for (; x + o + 16 <= end; o += 16) {
    const h = madd(f32x4.sub(v128.load(x + o), m), a, c);
    const scaled = weight ? f32x4.mul(h, v128.load(weight + o)) : h;
    v128.store(y + o, bias ? f32x4.add(scaled, v128.load(bias + o)) : scaled);
  }
  for (; x + o < end; o += 4) {
    const h = (load<f32>(x + o) - high) * scale + low;
    const w: f32 = weight ? load<f32>(weight + o) : 1;
    store<f32>(y + o, h * w + (bias ? load<f32>(bias + o) : 0));
  }
}

/** (Σg, Σg·(x − high)) with g = dy·weight of n ≤ BLOCK columns, in float32 lanes. */
function blockProducts(dy: usize, x: usize, weight: usize, n: i32, high: f32): v128 {
  const end = x + ((<usize>n) << 2);
  const m = f32x4.splat(high);
  let a: v128 = f32x4.splat(0);
  let b = a;
  let ax = a;
  let bx = a;
  let cx = a;
  let dx = a;
  // g = dy[i] * weight[i]; sum += g; product += g * (x[i] - mean)
  for (; x + 64 <= end; x += 64, dy += 64, weight += 64) {
    let g = f32x4.mul(v128.load(dy), v128.load(weight));
    a = f32x4.add(a, g);
    ax = madd(g, f32x4.sub(v128.load(x), m), ax);
    g = f32x4.mul(v128.load(dy, 16), v128.load(weight, 16));
    b = f32x4.add(b, g);
    bx = madd(g, f32x4.sub(v128.load(x, 16), m), bx);
    g = f32x4.mul(v128.load(dy, 32), v128.load(weight, 32));
    a = f32x4.add(a, g);
    cx = madd(g, f32x4.sub(v128.load(x, 32), m), cx);
    g = f32x4.mul(v128.load(dy, 48), v128.load(weight, 48));
    b = f32x4.add(b, g);
    dx = madd(g, f32x4.sub(v128.load(x, 48), m), dx);
  }
  let sum = total(f32x4.add(a, b));
  let product = total(join(ax, bx, cx, dx));
  for (; x < end; x += 4, dy += 4, weight += 4) {
    const g = <f64>load<f32>(dy) * <f64>load<f32>(weight);
    sum += g;
    product += g * <f64>(load<f32>(x) - high);
  }
  return pair(sum, product);
}

/** (Σg, Σg·x̂) with g = dy·weight of n columns, x̂ = (x − mean)·rstd; weight may be 0. */
export function rowSums(dy: usize, x: usize, weight: usize, n: i32, mean: f64, rstd: f64): v128 {
  if (!weight) return gradientSums(dy, x, n, mean, rstd);
  if (tame(rstd)) {
    const high = <f32>mean;
    let sums: v128 = f64x2.splat(0);
    for (let at = 0; at < n; at += BLOCK) {
      const o = (<usize>at) << 2;
      const count = min(BLOCK, n - at);
      sums = f64x2.add(sums, blockProducts(dy + o, x + o, weight + o, count, high));
    }
    const sum = f64x2.extract_lane(sums, 0);
    const product = f64x2.extract_lane(sums, 1) - (mean - <f64>high) * sum;
    if (sound(product)) return pair(sum, product * rstd);
  }
  let sum: f64 = 0;
  let product: f64 = 0;
  for (let o: usize = 0; o < (<usize>n) << 2; o += 4) {
    const g = <f64>load<f32>(dy + o) * <f64>load<f32>(weight + o);
    sum += g;
    product += g * ((<f64>load<f32>(x + o) - mean) * rstd);
  }
  return pair(sum, product);
}

/**
 * dx = rstd·(weight·dy − m1 − x̂·m2) on n columns, m1 and m2 the means of w·dy and w·dy·x̂ over the row; weight may be
 * 0.
 */
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
  if (!weight) {
    gradientRun(dx, dy, x, n, mean, rstd, 1, m1, m2);
    return;
  }
  const end = (<usize>n) << 2;
  if (!tame(rstd)) {
    for (let o: usize = 0; o < end; o += 4) {
      const g = <f64>load<f32>(dy + o) * <f64>load<f32>(weight + o);
      const h = (<f64>load<f32>(x + o) - mean) * rstd;
      store<f32>(dx + o, <f32>(rstd * (g - m1 - h * m2)));
    }
    return;
  }
  const high = <f32>mean;
  const slope = -rstd * rstd * m2;
  const p = <f32>rstd;
  const q = <f32>slope;
  const r = <f32>(-rstd * m1 - (mean - <f64>high) * slope);
  const m = f32x4.splat(high);
  const p4 = f32x4.splat(p);
  const q4 = f32x4.splat(q);
  const r4 = f32x4.splat(r);
  const stop = x + end;
  // dx[i] = p * weight[i] * dy[i] + (q * (x[i] - mean) + r)
  for (; x + 64 <= stop; x += 64, dy += 64, weight += 64, dx += 64) {
    let rest = madd(f32x4.sub(v128.load(x), m), q4, r4);
    v128.store(dx, madd(f32x4.mul(v128.load(dy), v128.load(weight)), p4, rest));
    rest = madd(f32x4.sub(v128.load(x, 16), m), q4, r4);
    v128.store(dx, madd(f32x4.mul(v128.load(dy, 16), v128.load(weight, 16)), p4, rest), 16);
    rest = madd(f32x4.sub(v128.load(x, 32), m), q4, r4);
    v128.store(dx, madd(f32x4.mul(v128.load(dy, 32), v128.load(weight, 32)), p4, rest), 32);
    rest = madd(f32x4.sub(v128.load(x, 48), m), q4, r4);
    v128.store(dx, madd(f32x4.mul(v128.load(dy, 48), v128.load(weight, 48)), p4, rest), 48);
  }
  for (; x + 16 <= stop; x += 16, dy += 16, weight += 16, dx += 16) {
    const rest = madd(f32x4.sub(v128.load(x), m), q4, r4);
    v128.store(dx, madd(f32x4.mul(v128.load(dy), v128.load(weight)), p4, rest));
  }
  for (; x < stop; x += 4, dy += 4, weight += 4, dx += 4) {
    const g = load<f32>(dy) * load<f32>(weight);
    store<f32>(dx, p * g + (q * (load<f32>(x) - high) + r));
  }
}
