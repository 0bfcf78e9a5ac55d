// Local response norm in float64, four columns at a time. It serves where float32 does not do, and at the edges. The
// kernels are in norm/local-response-norm.ts.
import { pair } from "./block-sums";
import { exp, logDouble } from "./math";
import { get, high, low, narrow, put } from "./quads";

/** 2⁵²: added to an integer below it, it leaves the integer in the low bits. */
const TWO_52: f64 = 4503599627370496;

/** v, held between −limit and limit. */
function within(limit: f64, v: v128): v128 {
  return f64x2.max(f64x2.min(v, f64x2.splat(limit)), f64x2.splat(-limit));
}

/**
 * d^−beta in float64. For ¾ and ½ it is made of square roots, else it is e^(−beta·ln d): that exponent is rounded and
 * the rest added.
 */
function power(d: v128, beta: f64): v128 {
  const one = f64x2.splat(1);
  if (beta === 1) return f64x2.div(one, d);
  if (beta === 0) return one;
  const root = f64x2.sqrt(d);
  if (beta === 0.5) return f64x2.div(one, root);
  if (beta === 0.75) return f64x2.div(one, f64x2.mul(root, f64x2.sqrt(root)));
  const logs = pair(logDouble(f64x2.extract_lane(d, 0)), logDouble(f64x2.extract_lane(d, 1)));
  // Up to fifteen steps of 2^64 bring the exponent into the range of the float32 power; e^±1000 is beyond float64.
  const z = within(1000, f64x2.mul(f64x2.splat(-beta), logs));
  const steps = within(15, f64x2.trunc(f64x2.mul(z, f64x2.splat(1 / (64 * Math.LN2)))));
  const two = f64x2.add(f64x2.mul(steps, f64x2.splat(64)), f64x2.splat(1023 + TWO_52));
  const left = f64x2.sub(z, f64x2.mul(steps, f64x2.splat(64 * Math.LN2)));
  const rounded = f32x4.demote_f64x2_zero(left);
  const rest = f64x2.sub(left, low(rounded));
  const power = f64x2.mul(low(exp(rounded)), f64x2.add(one, rest));
  return f64x2.mul(power, i64x2.shl(two, 52));
}

function square(v: v128): v128 {
  return f64x2.mul(v, v);
}

/** Stores `width` lanes of v. With `rest` it stores only those where a NaN is. */
function fill(p: usize, v: v128, width: i32, rest: bool): void {
  const old = get(p, width);
  put(p, rest ? v128.bitselect(old, v, f32x4.eq(old, old)) : v, width);
}

/** Computes width ≤ 4 columns in float64, with `rest` only what float32 left NaN. */
export function forwardDouble(
  y: usize,
  x: usize,
  width: i32,
  rest: bool,
  channels: i32,
  step: usize,
  before: i32,
  after: i32,
  a: f64,
  beta: f64,
  k: f64,
): void {
  for (let c = 0; c < channels; c++) {
    let s: v128 = f64x2.splat(0);
    let t = s;
    const to = min(c + after, channels - 1);
    for (let j = max(0, c - before); j <= to; j++) {
      const v = get(x + <usize>j * step, width);
      s = f64x2.add(s, square(low(v)));
      t = f64x2.add(t, square(high(v)));
    }
    s = power(f64x2.add(f64x2.splat(k), f64x2.mul(f64x2.splat(a), s)), beta);
    t = power(f64x2.add(f64x2.splat(k), f64x2.mul(f64x2.splat(a), t)), beta);
    const o = <usize>c * step;
    const v = get(x + o, width);
    fill(y + o, narrow(f64x2.mul(low(v), s), f64x2.mul(high(v), t)), width, rest);
  }
}

/** Computes width ≤ 4 columns in float64, with `rest` only what float32 left NaN. Scratch: 64 bytes a channel. */
export function backwardDouble(
  dx: usize,
  dy: usize,
  x: usize,
  width: i32,
  rest: bool,
  channels: i32,
  step: usize,
  before: i32,
  after: i32,
  a: f64,
  beta: f64,
  k: f64,
  scratch: usize,
): void {
  // scratch[c] = D^−β and dy·x·D^(−β−1), four of each
  for (let c = 0; c < channels; c++) {
    let s: v128 = f64x2.splat(0);
    let t = s;
    const to = min(c + after, channels - 1);
    for (let j = max(0, c - before); j <= to; j++) {
      const v = get(x + <usize>j * step, width);
      s = f64x2.add(s, square(low(v)));
      t = f64x2.add(t, square(high(v)));
    }
    s = f64x2.add(f64x2.splat(k), f64x2.mul(f64x2.splat(a), s));
    t = f64x2.add(f64x2.splat(k), f64x2.mul(f64x2.splat(a), t));
    const v = get(x + <usize>c * step, width);
    const g = get(dy + <usize>c * step, width);
    const p = power(s, beta);
    const q = power(t, beta);
    const own = scratch + ((<usize>c) << 6);
    v128.store(own, p);
    v128.store(own, q, 16);
    v128.store(own, f64x2.mul(f64x2.mul(low(g), p), f64x2.div(low(v), s)), 32);
    v128.store(own, f64x2.mul(f64x2.mul(high(g), q), f64x2.div(high(v), t)), 48);
  }
  for (let c = 0; c < channels; c++) {
    let s: v128 = f64x2.splat(0);
    let t = s;
    const to = min(c + before, channels - 1);
    for (let j = max(0, c - after); j <= to; j++) {
      const other = scratch + ((<usize>j) << 6);
      s = f64x2.add(s, v128.load(other, 32));
      t = f64x2.add(t, v128.load(other, 48));
    }
    const own = scratch + ((<usize>c) << 6);
    const factor = f64x2.splat(2 * a * beta);
    const o = <usize>c * step;
    const v = get(x + o, width);
    const g = get(dy + o, width);
    s = f64x2.mul(f64x2.mul(factor, low(v)), s);
    t = f64x2.mul(f64x2.mul(factor, high(v)), t);
    s = f64x2.sub(f64x2.mul(low(g), v128.load(own)), s);
    t = f64x2.sub(f64x2.mul(high(g), v128.load(own, 16)), t);
    fill(dx + o, narrow(s, t), width, rest);
  }
}
