// Sums over the planes of a tensor and linear maps of them, in float64. This is what is left of a normalisation once
// the few numbers that a plane needs are known. x is [outer, planes, inner]: plane p is `outer` runs of `inner` floats.
// A filter of a weight [O, I, h, w] is a plane with outer = 1, a column of a matrix is one with inner = 1.
import { get, high, low, narrow } from "../lib/quads";
import { loadTail } from "../lib/simd";

/** Σ a·b over n floats, or Σ a where b is 0. */
function product(a: usize, b: usize, n: i32): f64 {
  let even = f64x2.splat(0);
  let odd = f64x2.splat(0);
  // sum += a[i] * b[i]
  for (let i = 0; i < n; i += 4) {
    const o = (<usize>i) << 2;
    const whole = n - i >= 4;
    const va = whole ? v128.load(a + o) : loadTail(a + o, n - i);
    if (b) {
      const vb = whole ? v128.load(b + o) : loadTail(b + o, n - i);
      even = f64x2.add(even, f64x2.mul(low(va), low(vb)));
      odd = f64x2.add(odd, f64x2.mul(high(va), high(vb)));
    } else {
      even = f64x2.add(even, low(va));
      odd = f64x2.add(odd, high(va));
    }
  }
  const sum = f64x2.add(even, odd);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * sums [planes] = Σ a·b of each plane, or Σ a where b is 0. With `shared`, all planes have the same b [outer, inner].
 * Range: planes.
 */
export function planeProducts(
  sums: usize,
  a: usize,
  b: usize,
  outer: i32,
  planes: i32,
  inner: i32,
  shared: i32,
  begin: i32,
  end: i32,
): void {
  const run = (<usize>inner) << 2;
  for (let p = begin; p < end; p++) {
    let sum: f64 = 0;
    for (let o = 0; o < outer; o++) {
      const own = (<usize>o * planes + p) * run;
      sum += product(a + own, b ? b + (shared ? <usize>o * run : own) : 0, inner);
    }
    store<f64>(sums + ((<usize>p) << 3), sum);
  }
}

/** sums [outer, inner] = Σ a·u over the planes, u [planes] float32. Range: outer × inner. */
export function columnProducts(
  sums: usize,
  a: usize,
  u: usize,
  planes: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  const run = (<usize>inner) << 2;
  for (let i = begin; i < end; ) {
    const outer = i / inner;
    const column = i - outer * inner;
    const n = min(min(4, inner - column), end - i);
    let from = a + <usize>outer * planes * run + ((<usize>column) << 2);
    let bottom = f64x2.splat(0);
    let top = f64x2.splat(0);
    // sums[i … i + 3] += a[p][i … i + 3] * u[p]
    for (let p = 0; p < planes; p++, from += run) {
      const v = get(from, n);
      const factor = f64x2.splat(<f64>load<f32>(u + ((<usize>p) << 2)));
      bottom = f64x2.add(bottom, f64x2.mul(low(v), factor));
      top = f64x2.add(top, f64x2.mul(high(v), factor));
    }
    const to = sums + ((<usize>i) << 3);
    store<f64>(to, f64x2.extract_lane(bottom, 0));
    if (n > 1) store<f64>(to, f64x2.extract_lane(bottom, 1), 8);
    if (n > 2) store<f64>(to, f64x2.extract_lane(top, 0), 16);
    if (n > 3) store<f64>(to, f64x2.extract_lane(top, 1), 24);
    i += n;
  }
}

/** y = a·p + b·q + r on n floats; b may be 0. */
function combineRun(y: usize, a: usize, b: usize, n: i32, p: f64, q: f64, r: f64): void {
  const vp = f64x2.splat(p);
  const vq = f64x2.splat(q);
  const vr = f64x2.splat(r);
  let i = 0;
  // y[i] = a[i] * p + b[i] * q + r
  for (; i + 4 <= n; i += 4) {
    const o = (<usize>i) << 2;
    const va = v128.load(a + o);
    let bottom = f64x2.add(f64x2.mul(low(va), vp), vr);
    let top = f64x2.add(f64x2.mul(high(va), vp), vr);
    if (b) {
      const vb = v128.load(b + o);
      bottom = f64x2.add(bottom, f64x2.mul(low(vb), vq));
      top = f64x2.add(top, f64x2.mul(high(vb), vq));
    }
    v128.store(y + o, narrow(bottom, top));
  }
  for (; i < n; i++) {
    const o = (<usize>i) << 2;
    const sum = <f64>load<f32>(a + o) * p + r;
    store<f32>(y + o, <f32>(b ? sum + <f64>load<f32>(b + o) * q : sum));
  }
}

/**
 * y = a·p + b·q + r with p, q, r [planes] (float64; b and q, or r, may be 0). With `shared`, all planes have the same b
 * [outer, inner]. y may be a. Range: planes.
 */
export function planeCombine(
  y: usize,
  a: usize,
  b: usize,
  p: usize,
  q: usize,
  r: usize,
  outer: i32,
  planes: i32,
  inner: i32,
  shared: i32,
  begin: i32,
  end: i32,
): void {
  const run = (<usize>inner) << 2;
  for (let plane = begin; plane < end; plane++) {
    const at = (<usize>plane) << 3;
    const vp = load<f64>(p + at);
    const vq = b ? load<f64>(q + at) : 0;
    const vr = r ? load<f64>(r + at) : 0;
    for (let o = 0; o < outer; o++) {
      const own = (<usize>o * planes + plane) * run;
      const other = b ? b + (shared ? <usize>o * run : own) : 0;
      combineRun(y + own, a + own, other, inner, vp, vq, vr);
    }
  }
}
