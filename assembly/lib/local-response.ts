// Local response norm in float64, two columns at a time. It serves where float32 does not do, and at the edges. The
// kernels are in norm/local-response-norm.ts.
import { pair } from "./block-sums";
import { exp, logDouble } from "./math";
import { low } from "./quads";
import { storeTail } from "./simd";

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

/** Loads two floats from p, or one. */
function two(p: usize, width: i32): v128 {
  return width === 2 ? v128.load64_zero(p) : v128.load32_zero(p);
}

/** D of one or two columns: k + a·Σ x² over the rows from … to. */
function divisor(x: usize, width: i32, step: usize, from: i32, to: i32, a: f64, k: f64): v128 {
  let sum: v128 = f64x2.splat(0);
  for (let j = from; j <= to; j++) {
    const v = low(two(x + <usize>j * step, width));
    sum = f64x2.add(sum, f64x2.mul(v, v));
  }
  return f64x2.add(f64x2.splat(k), f64x2.mul(f64x2.splat(a), sum));
}

/** Stores `width` lanes of v. With `rest` it stores only those where a NaN is. */
function fill(p: usize, v: v128, width: i32, rest: bool): void {
  const old = two(p, width);
  const own = f32x4.demote_f64x2_zero(v);
  storeTail(p, rest ? v128.bitselect(old, own, f32x4.eq(old, old)) : own, width);
}

/** Computes the columns in float64, with `rest` only what float32 left NaN. */
export function forwardDouble(
  y: usize,
  x: usize,
  cols: i32,
  rest: bool,
  channels: i32,
  step: usize,
  before: i32,
  after: i32,
  a: f64,
  beta: f64,
  k: f64,
): void {
  for (let i = 0; i < cols; i += 2, y += 8, x += 8) {
    const width = min(2, cols - i);
    for (let c = 0; c < channels; c++) {
      const to = min(c + after, channels - 1);
      const d = divisor(x, width, step, max(0, c - before), to, a, k);
      const o = <usize>c * step;
      fill(y + o, f64x2.mul(low(two(x + o, width)), power(d, beta)), width, rest);
    }
  }
}

/** The gradients of the columns in float64, with `rest` only what float32 left NaN. Scratch: 32 bytes a channel. */
export function backwardDouble(
  dx: usize,
  dy: usize,
  x: usize,
  cols: i32,
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
  const factor = f64x2.splat(2 * a * beta);
  for (let i = 0; i < cols; i += 2, dx += 8, dy += 8, x += 8) {
    const width = min(2, cols - i);
    // scratch[c] = D^−β and dy·x·D^(−β−1), two of each
    for (let c = 0; c < channels; c++) {
      const to = min(c + after, channels - 1);
      const d = divisor(x, width, step, max(0, c - before), to, a, k);
      const v = low(two(x + <usize>c * step, width));
      const g = low(two(dy + <usize>c * step, width));
      const p = power(d, beta);
      const own = scratch + ((<usize>c) << 5);
      v128.store(own, p);
      v128.store(own, f64x2.mul(f64x2.mul(g, p), f64x2.div(v, d)), 16);
    }
    for (let c = 0; c < channels; c++) {
      const to = min(c + before, channels - 1);
      let sum: v128 = f64x2.splat(0);
      for (let j = max(0, c - after); j <= to; j++)
        sum = f64x2.add(sum, v128.load(scratch + ((<usize>j) << 5), 16));
      const v = low(two(x + <usize>c * step, width));
      const g = low(two(dy + <usize>c * step, width));
      const own = v128.load(scratch + ((<usize>c) << 5));
      const back = f64x2.mul(f64x2.mul(factor, v), sum);
      fill(dx + <usize>c * step, f64x2.sub(f64x2.mul(g, own), back), width, rest);
    }
  }
}
