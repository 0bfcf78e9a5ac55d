// Vector exp, log, tanh, sigmoid, sin and cos on four floats, by polynomial: the same bits on every engine. Error
// bounds are against the real function, in units in the last place of the float32 result; test/lib/math.test.ts holds
// them.
import { madd } from "./simd";

/**
 * e^x within 1.02 ulp, subnormal results included. exp(-Inf) = 0, above 88.73 it is Inf, and NaN stays NaN.
 * x = n·ln2 + r, |r| ≤ ln2/2. ln2 is in two parts, and the first is short enough for an exact n·ln2 (Cephes expf).
 */
export function exp(x: v128): v128 {
  const magic = f32x4.splat(12583166); // 1.5·2^23 + 254: adding it rounds, and leaves n + 254 in the low bits
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89)); // this order keeps NaN
  const t = madd(bounded, f32x4.splat(1.4426951), magic);
  const n = f32x4.sub(t, magic);
  const r = madd(n, f32x4.splat(2.1219444e-4), madd(n, f32x4.splat(-0.693359375), bounded));
  let p = madd(f32x4.splat(1.98756915e-4), r, f32x4.splat(1.39819995e-3));
  p = madd(p, r, f32x4.splat(8.33345191e-3));
  p = madd(p, r, f32x4.splat(4.16657959e-2));
  p = madd(p, r, f32x4.splat(1.66666665e-1));
  p = madd(p, r, f32x4.splat(5.00000012e-1));
  const y = f32x4.add(f32x4.splat(1), madd(f32x4.mul(r, r), p, r));
  // 2^n is made of two factors, as n reaches from -150 to 128. The function is small enough for the compiler to inline
  // (2.5 times faster).
  const biased = i32x4.sub(t, f32x4.splat(12582912));
  const half = i32x4.shr_u(biased, 1);
  return f32x4.mul(f32x4.mul(y, i32x4.shl(half, 23)), i32x4.shl(i32x4.sub(biased, half), 23));
}

/**
 * e^x for x ≤ 0 within 1.7 ulp. Below -87.68, where only subnormal results are left, it is 0. NaN stays NaN. It is like
 * exp, but 2^n is one factor, and e^r = (w + r)/(w − r) with w an even polynomial. That takes half the constants, so
 * that a loop keeps them all in registers (1.2 → 0.8 ns an element).
 */
export function expLow(x: v128): v128 {
  const magic = f32x4.splat(12583039); // 1.5·2^23 + 127: adding it rounds, and leaves n + 127 in the low bits
  const bounded = f32x4.pmax(x, f32x4.splat(-88)); // n = -127, a factor of 0; this order keeps NaN
  const t = madd(bounded, f32x4.splat(1.4426951), magic);
  const n = f32x4.sub(t, magic);
  const r = madd(n, f32x4.splat(2.1219444e-4), madd(n, f32x4.splat(-0.693359375), bounded));
  const z = f32x4.mul(r, r);
  const w = madd(madd(f32x4.splat(-2.7638755e-3), z, f32x4.splat(0.16666583)), z, f32x4.splat(2));
  const y = f32x4.div(f32x4.add(w, r), f32x4.sub(w, r));
  return f32x4.mul(y, i32x4.shl(t, 23));
}

/**
 * ln x within 1 ulp; log(±0) = -Inf, log(negative) = NaN, log(Inf) = Inf, NaN stays NaN.
 * x = 2^k·(1 + f), √½ ≤ 1 + f < √2; ln(1 + f) = f − f²/2 + s·(f²/2 + R(s²)), s = f/(2 + f) (FreeBSD logf).
 */
export function log(x: v128): v128 {
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny); // subnormals times 2^23
  const offset = i32x4.splat(0x3f3504f3); // √½
  const bits = i32x4.sub(scaled, offset);
  const mantissa = v128.and(bits, i32x4.splat(0x007fffff));
  const f = f32x4.sub(i32x4.add(mantissa, offset), f32x4.splat(1));
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const k = f32x4.sub(exponent, v128.and(f32x4.splat(23), tiny));
  const s = f32x4.div(f, f32x4.add(f32x4.splat(2), f));
  const z = f32x4.mul(s, s);
  let series = madd(z, f32x4.splat(0.24279078841), f32x4.splat(0.28498786688));
  series = madd(z, series, f32x4.splat(0.40000972152));
  series = f32x4.mul(z, madd(z, series, f32x4.splat(0.66666662693)));
  const square = f32x4.mul(f32x4.splat(0.5), f32x4.mul(f, f));
  const low = madd(k, f32x4.splat(9.0580006145e-6), f32x4.mul(s, f32x4.add(square, series)));
  const y = madd(k, f32x4.splat(6.9313812256e-1), f32x4.add(f32x4.sub(low, square), f));
  const infinity = f32x4.splat(Infinity);
  const zero = f32x4.splat(0);
  const finite = v128.bitselect(y, x, f32x4.lt(x, infinity)); // Inf and NaN are their own logarithms
  const positive = v128.bitselect(f32x4.splat(NaN), finite, f32x4.lt(x, zero));
  return v128.bitselect(f32x4.neg(infinity), positive, f32x4.eq(x, zero));
}

/** tanh a for 0 ≤ a ≤ 0.56 within 1.6 ulp, by an odd polynomial. Beyond 0.56 the polynomial stays above tanh. */
function tanhLow(a: v128): v128 {
  const z = f32x4.mul(a, a);
  let p = madd(f32x4.splat(0.01627393794), z, f32x4.splat(-0.05258688932));
  p = madd(p, z, f32x4.splat(0.13319421053));
  p = madd(p, z, f32x4.splat(-0.33332891226));
  return madd(f32x4.mul(p, z), a, a);
}

/**
 * 1 − 2/(e^2a + 1) for a in [0.56, 9.1]; outside, the value at the nearest end. e^2a = 2^n·(w + f)/(w − f) with w an
 * even polynomial of f: one division serves the exponential and the rest.
 */
function tanhHigh(a: v128): v128 {
  const magic = f32x4.splat(12582912); // 1.5·2^23: adding it rounds, and leaves n in the low bits
  const t = f32x4.mul(
    f32x4.pmin(f32x4.pmax(a, f32x4.splat(0.56)), f32x4.splat(9.1)),
    f32x4.splat(2.88539008),
  );
  const n = f32x4.add(t, magic);
  const f = f32x4.sub(t, f32x4.sub(n, magic));
  const q = f32x4.mul(f, f);
  const w = madd(
    madd(f32x4.splat(-9.2045706e-4), q, f32x4.splat(0.1155239545)),
    q,
    f32x4.splat(2.8853900997),
  );
  const below = f32x4.sub(w, f);
  const above = i32x4.add(f32x4.add(w, f), i32x4.shl(n, 23));
  return f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.add(below, below), f32x4.add(above, below)));
}

/** tanh x within 2 ulp. NaN stays NaN. At the seam both parts agree, and each is above the other outside its range. */
export function tanh(x: v128): v128 {
  const sign = v128.and(x, f32x4.splat(-0.0));
  const a = v128.xor(x, sign);
  return v128.or(f32x4.pmin(tanhLow(a), tanhHigh(a)), sign);
}

/**
 * 1/(1 + e^−x) within 2.5 ulp for x ≥ −87; below that the result means nothing. NaN stays NaN.
 * e^x = 2^n·(w + r)/(w − r) with w an even polynomial of r: one division serves the exponential and the rest.
 */
export function logistic(x: v128): v128 {
  const magic = f32x4.splat(12582912); // 1.5·2^23: adding it rounds, and leaves n in the low bits
  const bounded = f32x4.pmin(x, f32x4.splat(87)); // this order keeps NaN
  const t = madd(bounded, f32x4.splat(1.4426951), magic);
  const n = f32x4.sub(t, magic);
  const r = madd(n, f32x4.splat(2.1219444e-4), madd(n, f32x4.splat(-0.693359375), bounded));
  const z = f32x4.mul(r, r);
  const w = madd(madd(f32x4.splat(-2.7638755e-3), z, f32x4.splat(0.16666583)), z, f32x4.splat(2));
  const up = i32x4.add(f32x4.add(w, r), i32x4.shl(t, 23));
  return f32x4.div(up, f32x4.add(f32x4.sub(w, r), up));
}

/** 1/(1 + e^−x) within 2 ulp. With e = e^−|x| it is 1/(1 + e) for x ≥ 0, and e − e²/(1 + e) below 0. NaN stays NaN. */
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const negative = f32x4.lt(x, f32x4.splat(0));
  const q = f32x4.div(v128.bitselect(f32x4.mul(e, e), one, negative), f32x4.add(one, e));
  return v128.bitselect(f32x4.sub(e, q), q, negative);
}

/** 2^t for −126 ≤ t ≤ 0 within 1.1 ulp. */
export function exp2Low(t: v128): v128 {
  const magic = f32x4.splat(12582912);
  const n = f32x4.add(t, magic);
  const f = f32x4.sub(t, f32x4.sub(n, magic));
  let p = madd(f32x4.splat(1.53507288e-4), f, f32x4.splat(1.33989102e-3));
  p = madd(p, f, f32x4.splat(9.61844558e-3));
  p = madd(p, f, f32x4.splat(5.5503324e-2));
  p = madd(p, f, f32x4.splat(2.40226479e-1));
  p = madd(p, f, f32x4.splat(6.93147203e-1));
  return i32x4.add(madd(p, f, f32x4.splat(1)), i32x4.shl(n, 23));
}

/** erf a for 0 ≤ a ≤ 0.93, an odd polynomial. The coefficients here and below are those of N. Juffa's erff. */
function erfLow(a: v128): v128 {
  const z = f32x4.mul(a, a);
  let p = madd(f32x4.splat(-5.96761703e-4), z, f32x4.splat(4.99119423e-3));
  p = madd(p, z, f32x4.splat(-2.67681349e-2));
  p = madd(p, z, f32x4.splat(1.12819925e-1));
  p = madd(p, z, f32x4.splat(-3.76125336e-1));
  p = madd(p, z, f32x4.splat(1.28379166e-1));
  return madd(p, a, a);
}

/** 1 − 2^(a·q(a)), which is erf a for a in [0.92, 4]. */
function erfHigh(a: v128): v128 {
  let q = madd(f32x4.splat(-2.49374756e-5), a, f32x4.splat(5.52836619e-4));
  q = madd(q, a, f32x4.splat(-5.6033747e-3));
  q = madd(q, a, f32x4.splat(3.49916586e-2));
  q = madd(q, a, f32x4.splat(-1.54047506e-1));
  q = madd(q, a, f32x4.splat(-9.15889867e-1));
  q = madd(q, a, f32x4.splat(-1.62839525));
  return f32x4.sub(f32x4.splat(1), exp2Low(f32x4.mul(q, a)));
}

/** erf x within 2 ulp. NaN stays NaN. */
export function erf(x: v128): v128 {
  const sign = v128.and(x, f32x4.splat(-0.0));
  const a = v128.xor(x, sign);
  const high = erfHigh(f32x4.pmin(a, f32x4.splat(4)));
  return v128.or(v128.bitselect(high, erfLow(a), f32x4.gt(a, f32x4.splat(0.927734375))), sign);
}

/**
 * log2 of the normal distribution's P(z > a) for 0 ≤ a ≤ 6, as a·q(a) − 1. The error of P is below 2^-24, and below
 * 2^-9 of P itself at 6. The function is apart from the 2^t that follows, as the compiler inlines small functions only.
 */
export function tailLog2(a: v128): v128 {
  let q = madd(f32x4.splat(-1.21333e-6), a, f32x4.splat(2.05844083e-5));
  q = madd(q, a, f32x4.splat(-1.02025133e-4));
  q = madd(q, a, f32x4.splat(-3.23253505e-4));
  q = madd(q, a, f32x4.splat(7.2795004e-3));
  q = madd(q, a, f32x4.splat(-5.26237177e-2));
  q = madd(q, a, f32x4.splat(-4.59174313e-1));
  q = madd(q, a, f32x4.splat(-1.15110809));
  return madd(q, a, f32x4.splat(-1));
}

/** x less the nearest multiple n of π/2, for two doubles and |x| ≤ 2^20. π/2 is in two parts, the first of 33 bits. */
function quarterTurn(x: v128, n: v128): v128 {
  const high = f64x2.sub(x, f64x2.mul(n, f64x2.splat(1.5707963267341256)));
  return f64x2.sub(high, f64x2.mul(n, f64x2.splat(6.077100506506192e-11)));
}

/**
 * sin(x + turns·π/2) within 2 ulp for |x| ≤ 2^20; Inf and NaN give NaN. The reduction is in float64; sine and cosine
 * are those of Cephes (sinf, cosf).
 */
export function sinTurned(x: v128, turns: i32): v128 {
  const low = f64x2.promote_low_f32x4(x);
  const high = f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3));
  const nLow = f64x2.nearest(f64x2.mul(low, f64x2.splat(0.6366197723675814)));
  const nHigh = f64x2.nearest(f64x2.mul(high, f64x2.splat(0.6366197723675814)));
  const rLow = f32x4.demote_f64x2_zero(quarterTurn(low, nLow));
  const rHigh = f32x4.demote_f64x2_zero(quarterTurn(high, nHigh));
  const r = i32x4.shuffle(rLow, rHigh, 0, 1, 4, 5);
  const quarters = i32x4.shuffle(
    i32x4.trunc_sat_f64x2_s_zero(nLow),
    i32x4.trunc_sat_f64x2_s_zero(nHigh),
    0,
    1,
    4,
    5,
  );
  const z = f32x4.mul(r, r);
  let s = madd(f32x4.splat(-1.9515295891e-4), z, f32x4.splat(8.3321608736e-3));
  s = madd(s, z, f32x4.splat(-1.6666654611e-1));
  s = madd(f32x4.mul(s, z), r, r);
  let c = madd(f32x4.splat(2.443315711809948e-5), z, f32x4.splat(-0.001388731625493765));
  c = madd(c, z, f32x4.splat(0.04166664568298827));
  c = madd(f32x4.mul(c, z), z, madd(z, f32x4.splat(-0.5), f32x4.splat(1)));
  // quarter 0: sin, 1: cos, 2: −sin, 3: −cos
  const quarter = i32x4.add(quarters, i32x4.splat(turns));
  const odd = i32x4.neg(v128.and(quarter, i32x4.splat(1)));
  const sign = i32x4.shl(v128.and(quarter, i32x4.splat(2)), 30);
  return v128.xor(v128.bitselect(c, s, odd), sign);
}

/** ln x within 1 ulp of a double, for normal positive x. Inf and NaN stay what they are (FreeBSD e_log). */
export function logDouble(x: f64): f64 {
  const offset = (<i64>0x3fe6a09e) << 32; // √½ from below
  const bits = reinterpret<i64>(x) - offset;
  const k = <f64>(bits >> 52);
  const f = reinterpret<f64>((bits & 0x000fffffffffffff) + offset) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const even =
    z *
    (0.6666666666666735 +
      w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const square = 0.5 * f * f;
  const low = s * (square + odd + even) + k * 1.9082149292705877e-10;
  return x < Infinity ? k * 0.6931471803691238 + (low - square + f) : x;
}

/** sin(x + turns·π/2) within 1 ulp of a double for |x| ≤ 2π, as an absolute error (FreeBSD k_sin, k_cos). */
export function sinTurnedDouble(x: f64, turns: i32): f64 {
  const n = nearest<f64>(x * 0.6366197723675814);
  const r = x - n * 1.5707963267341256 - n * 6.077100506506192e-11;
  const z = r * r;
  const quarter = <i32>n + turns;
  let y: f64;
  if ((quarter & 1) === 0) {
    y = -2.5050760253406863e-8 + z * 1.58969099521155e-10;
    y = 0.00833333333332249 + z * (-0.0001984126982985795 + z * (2.7557313707070068e-6 + z * y));
    y = r + r * z * (-0.16666666666666632 + z * y);
  } else {
    y = 2.087572321298175e-9 + z * -1.1359647557788195e-11;
    y = 2.480158728947673e-5 + z * (-2.7557314351390663e-7 + z * y);
    y = 0.0416666666666666 + z * (-0.001388888888887411 + z * y);
    y = 1 - (0.5 * z - z * z * y);
  }
  return (quarter & 2) === 0 ? y : -y;
}
