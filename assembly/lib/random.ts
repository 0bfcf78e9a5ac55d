import { logDouble, sinTurnedDouble } from "./math";

/**
 * p + c of two doubles, rounded to odd. Rounding that to float32 gives what rounding the exact sum does (Boldo &
 * Melquiond 2008).
 */
function sumToOdd(p: v128, c: v128): v128 {
  const sum = f64x2.add(p, c);
  const part = f64x2.sub(sum, p);
  const error = f64x2.add(f64x2.sub(p, f64x2.sub(sum, part)), f64x2.sub(c, part)); // Knuth's two-sum: exact
  const inexact = f64x2.ne(error, f64x2.splat(0));
  const beyond = v128.and(inexact, i64x2.shr_s(v128.xor(error, sum), 63)); // −1 where the sum was rounded away from 0
  return v128.or(i64x2.add(sum, beyond), v128.and(inexact, i64x2.splat(1)));
}

function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3));
}

/** a·b + c, rounded once, in every build: a product of two floats is exact in float64. */
function fused(a: v128, b: v128, c: v128): v128 {
  const low = f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b));
  const high = f64x2.mul(upper(a), upper(b));
  return i32x4.shuffle(
    f32x4.demote_f64x2_zero(sumToOdd(low, f64x2.promote_low_f32x4(c))),
    f32x4.demote_f64x2_zero(sumToOdd(high, upper(c))),
    0,
    1,
    4,
    5,
  );
}

/** ln x for x in (0, 1], as Cephes' logf with each product fused into the sum behind it. */
function fusedLog(x: v128): v128 {
  const half = f32x4.splat(0.5);
  const one = f32x4.splat(1);
  const fraction = v128.or(v128.and(x, i32x4.splat(0x007fffff)), half); // [½, 1)
  const small = f32x4.lt(fraction, f32x4.splat(0.70710677));
  const exponent = i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(126));
  const e = f32x4.convert_i32x4_s(i32x4.add(exponent, small));
  const f = f32x4.add(f32x4.sub(fraction, one), v128.and(fraction, small));
  const z = f32x4.mul(f, f);
  let p = fused(f32x4.splat(7.0376836292e-2), f, f32x4.splat(-1.151461031e-1));
  p = fused(p, f, f32x4.splat(1.167699874e-1));
  p = fused(p, f, f32x4.splat(-1.2420140846e-1));
  p = fused(p, f, f32x4.splat(1.4249322787e-1));
  p = fused(p, f, f32x4.splat(-1.6668057665e-1));
  p = fused(p, f, f32x4.splat(2.0000714765e-1));
  p = fused(p, f, f32x4.splat(-2.4999993993e-1));
  p = fused(p, f, f32x4.splat(3.3333331174e-1));
  p = fused(f32x4.mul(p, f), z, f32x4.mul(e, f32x4.splat(-2.1219444e-4)));
  p = f32x4.sub(p, f32x4.mul(z, half)); // exact products here and below: fusing them changes nothing
  return f32x4.add(f32x4.add(f, p), f32x4.mul(e, f32x4.splat(0.693359375)));
}

/**
 * Uniforms in [0, 1) become normals in place, in blocks of 16 (Box & Muller 1958): u1 = 1 − data[j], u2 = data[j + 8]
 * give data[j] = √(−2 ln u1)·cos 2πu2 and data[j + 8] = √(−2 ln u1)·sin 2πu2. The order of operations and the roundings
 * are those of PyTorch on CPUs with AVX2, where the compiler fuses products into sums. The functions are Cephes' logf,
 * sinf and cosf. Range: blocks.
 */
export function boxMuller(data: usize, begin: i32, end: i32): void {
  for (let block = begin; block < end; block++) {
    for (let half = 0; half < 2; half++) {
      const p = data + (((<usize>block) << 6) + ((<usize>half) << 4));
      const u1 = f32x4.sub(f32x4.splat(1), v128.load(p));
      const radius = f32x4.sqrt(f32x4.mul(f32x4.splat(-2), fusedLog(u1)));
      const theta = f32x4.mul(f32x4.splat(6.2831855), v128.load(p, 32));
      // The nearest even multiple of π/4, and what is left.
      const eighth = i32x4.trunc_sat_f32x4_s(f32x4.mul(theta, f32x4.splat(1.2732395)));
      const even = v128.and(i32x4.add(eighth, i32x4.splat(1)), i32x4.splat(~1));
      const n = f32x4.convert_i32x4_s(even);
      let r = f32x4.sub(theta, f32x4.mul(n, f32x4.splat(0.78515625)));
      r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(2.4187564849853516e-4)));
      r = fused(n, f32x4.splat(-3.774894977e-8), r);
      const z = f32x4.mul(r, r);
      let c = fused(f32x4.splat(2.443315711809948e-5), z, f32x4.splat(-0.001388731625493765));
      c = f32x4.mul(fused(c, z, f32x4.splat(0.04166664568298827)), z);
      c = fused(c, z, f32x4.mul(z, f32x4.splat(-0.5)));
      c = f32x4.add(c, f32x4.splat(1));
      let s = fused(f32x4.splat(-1.9515295891e-4), z, f32x4.splat(8.3321608736e-3));
      s = f32x4.mul(fused(s, z, f32x4.splat(-1.6666654611e-1)), z);
      s = fused(s, r, r);
      // quarter 0: (cos, sin), 1: (−sin, cos), 2: (−cos, −sin), 3: (sin, −cos)
      const odd = i32x4.shr_s(i32x4.shl(even, 30), 31);
      const four = i32x4.splat(4);
      const sineSign = i32x4.shl(v128.and(even, four), 29);
      const cosineSign = i32x4.shl(v128.and(i32x4.add(even, i32x4.splat(2)), four), 29);
      const cosine = v128.xor(v128.bitselect(s, c, odd), cosineSign);
      const sine = v128.xor(v128.bitselect(c, s, odd), sineSign);
      const zero = f32x4.splat(0); // −0 becomes 0, as where the mean is added
      v128.store(p, f32x4.add(f32x4.mul(radius, cosine), zero));
      v128.store(p, f32x4.add(f32x4.mul(radius, sine), zero), 32);
    }
  }
}

/**
 * Box and Muller's normals of pairs of doubles (u1, u2) in [0, 1): √(−2 ln(1 − u2))·cos 2πu1, then ·sin 2πu1. Range:
 * pairs.
 */
export function boxMullerDouble(data: usize, begin: i32, end: i32): void {
  for (let pair = begin; pair < end; pair++) {
    const p = data + ((<usize>pair) << 4);
    const radius = sqrt<f64>(-2 * logDouble(1 - load<f64>(p, 8)));
    const theta = 6.283185307179586 * load<f64>(p);
    store<f64>(p, radius * sinTurnedDouble(theta, 1));
    store<f64>(p, radius * sinTurnedDouble(theta, 0), 8);
  }
}
