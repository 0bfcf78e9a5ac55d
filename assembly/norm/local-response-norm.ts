// Local response normalisation (Krizhevsky, Sutskever, Hinton 2012, AlexNet) of x seen as [batch, channels, length]:
// y = x·D^−β, D = k + a·Σ x² over the window of channels c − before … c + after. Each sum is made afresh, so that
// nothing of what left the window stays in it. Range: [batch, ⌈length / 16⌉], an item being sixteen neighbouring
// columns. They are done in float32, which leaves a NaN where a D of an element's own window is too large or too small
// for it. Those elements are done again in float64, and so are all columns where fewer than sixteen are left.
import { columnsOf, itemOffset } from "../lib/column-items";
import { backwardDouble, forwardDouble } from "../lib/local-response";
import { exp, log } from "../lib/math";
import { madd } from "../lib/simd";

/** d^−beta in float32. */
function powerSingle(d: v128, beta: f64): v128 {
  const one = f32x4.splat(1);
  if (beta === 1) return f32x4.div(one, d);
  const root = f32x4.sqrt(d);
  if (beta === 0.5) return f32x4.div(one, root);
  if (beta === 0.75) return f32x4.div(one, f32x4.mul(root, f32x4.sqrt(root)));
  return exp(f32x4.mul(f32x4.splat(<f32>-beta), log(d)));
}

class Itself {}
class Square {}

/** out[0 … 15] = Σ of x or x² over the rows from … to, `step` bytes apart. */
function windowSums<F>(out: usize, x: usize, step: usize, from: i32, to: i32): void {
  let a: v128 = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let p = x + <usize>from * step;
  for (let j = from; j <= to; j++, p += step) {
    const s = v128.load(p);
    const t = v128.load(p, 16);
    const u = v128.load(p, 32);
    const v = v128.load(p, 48);
    if (idof<F>() === idof<Square>()) {
      a = madd(s, s, a);
      b = madd(t, t, b);
      c = madd(u, u, c);
      d = madd(v, v, d);
    } else {
      a = f32x4.add(a, s);
      b = f32x4.add(b, t);
      c = f32x4.add(c, u);
      d = f32x4.add(d, v);
    }
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
}

/**
 * Bits of the least D for float32. It hides what squares lost below the range (a < 1e8), and D^−β·x and dy·x·D^(−β−1)
 * keep their digits.
 */
function least(beta: f64): i32 {
  return (127 - <i32>(64 * min<f64>(1, 1 / (beta + 0.5)))) << 23;
}

/** How far the bits of the greatest D are above those of the least. */
function span(beta: f64): i32 {
  return ((127 + <i32>(100 * min<f64>(1, 1 / (beta + 0.5)))) << 23) - least(beta);
}

/**
 * Ones, which is a NaN, unless from ≤ d ≤ from + range. Bits of positive numbers are in order. What is below `from` is
 * above all of them as an unsigned number.
 */
function beyond(d: v128, from: i32, range: i32): v128 {
  const above = i32x4.sub(d, i32x4.splat(from ^ i32.MIN_VALUE));
  return i32x4.gt_s(above, i32x4.splat(range ^ i32.MIN_VALUE));
}

/** Computes sixteen columns in float32, NaN where that does not do. Returns false if there is such a NaN. */
function forwardSingle(
  y: usize,
  x: usize,
  channels: i32,
  step: usize,
  before: i32,
  after: i32,
  a: f64,
  beta: f64,
  k: f64,
): bool {
  const from = least(beta);
  const range = span(beta);
  let lost = i32x4.splat(0);
  for (let c = 0; c < channels; c++) {
    const o = <usize>c * step;
    windowSums<Square>(y + o, x, step, max(0, c - before), min(c + after, channels - 1));
    for (let p = o; p < o + 64; p += 16) {
      const d = madd(v128.load(y + p), f32x4.splat(<f32>a), f32x4.splat(<f32>k));
      const none = beyond(d, from, range);
      lost = v128.or(lost, none);
      v128.store(y + p, v128.or(none, f32x4.mul(v128.load(x + p), powerSingle(d, beta))));
    }
  }
  return !v128.any_true(lost);
}

/**
 * Computes sixteen columns in float32, NaN where that does not do. Returns false if there is such a NaN. Scratch:
 * [channels, 2, 16], D^−β and dy·x·D^(−β−1).
 */
function backwardSingle(
  dx: usize,
  dy: usize,
  x: usize,
  channels: i32,
  step: usize,
  before: i32,
  after: i32,
  a: f64,
  beta: f64,
  k: f64,
  scratch: usize,
): bool {
  const from = least(beta);
  const range = span(beta);
  for (let c = 0; c < channels; c++) {
    const o = <usize>c * step;
    const own = scratch + ((<usize>c) << 7);
    windowSums<Square>(own, x, step, max(0, c - before), min(c + after, channels - 1));
    for (let i: usize = 0; i < 64; i += 16) {
      const d = madd(v128.load(own + i), f32x4.splat(<f32>a), f32x4.splat(<f32>k));
      const p = powerSingle(d, beta);
      const v = f32x4.div(v128.load(x + o + i), d);
      const none = beyond(d, from, range);
      v128.store(own + i, p);
      v128.store(own + i, v128.or(none, f32x4.mul(f32x4.mul(v128.load(dy + o + i), p), v)), 64);
    }
  }
  let sound = i32x4.splat(-1);
  const factor = f32x4.splat(<f32>(-2 * a * beta));
  for (let c = 0; c < channels; c++) {
    const o = <usize>c * step;
    const own = scratch + ((<usize>c) << 7);
    const to = min(c + before, channels - 1);
    windowSums<Itself>(dx + o, scratch + 64, 128, max(0, c - after), to);
    for (let i: usize = 0; i < 64; i += 16) {
      const spread = f32x4.mul(f32x4.mul(v128.load(x + o + i), factor), v128.load(dx + o + i));
      const sum = madd(v128.load(dy + o + i), v128.load(own + i), spread);
      sound = v128.and(sound, f32x4.eq(sum, sum));
      v128.store(dx + o + i, sum);
    }
  }
  return i32x4.all_true(sound);
}

export function localResponseNormForward(
  y: usize,
  x: usize,
  channels: i32,
  length: i32,
  before: i32,
  after: i32,
  a: f64,
  beta: f64,
  k: f64,
  begin: i32,
  end: i32,
): void {
  const step = (<usize>length) << 2;
  for (let item = begin; item < end; item++) {
    const left = columnsOf(item, length, 16);
    const o = itemOffset(item, channels, length, 16);
    const single = left === 16 && a < 1e8;
    if (single && forwardSingle(y + o, x + o, channels, step, before, after, a, beta, k)) continue;
    forwardDouble(y + o, x + o, left, single, channels, step, before, after, a, beta, k);
  }
}

/** @host Bytes of scratch of `localResponseNormBackward`. */
export function localResponseNormBackwardScratch(channels: i32): usize {
  return channels * 128;
}

/** dx_i = dy_i·D_i^−β − 2aβ·x_i·Σ dy_j·x_j·D_j^(−β−1) over the j whose window holds i. Scratch: 128 bytes a channel. */
export function localResponseNormBackward(
  dx: usize,
  dy: usize,
  x: usize,
  channels: i32,
  length: i32,
  before: i32,
  after: i32,
  a: f64,
  beta: f64,
  k: f64,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const step = (<usize>length) << 2;
  for (let item = begin; item < end; item++) {
    const left = columnsOf(item, length, 16);
    const o = itemOffset(item, channels, length, 16);
    const single = left === 16 && a < 1e8;
    if (
      single &&
      backwardSingle(dx + o, dy + o, x + o, channels, step, before, after, a, beta, k, scratch)
    ) {
      continue;
    }
    backwardDouble(
      dx + o,
      dy + o,
      x + o,
      left,
      single,
      channels,
      step,
      before,
      after,
      a,
      beta,
      k,
      scratch,
    );
  }
}
