// Local response normalisation (Krizhevsky, Sutskever, Hinton 2012, AlexNet) of x seen as [batch, channels, length]:
// y = x·D^−β, D = k + a·Σ x² over the window of channels c − before … c + after. Each sum is made afresh, so that what left the
// window does not linger. Range: [batch, ⌈length / 16⌉], sixteen neighbouring columns an item: in float32, and again in float64,
// four columns at a time, where D is too large or too small for that, or fewer than sixteen are left.
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

/** Whether float32 holds d, and d hides what squares lost below its range (a < 1e8): not for NaN. */
function plain(d: v128): v128 {
  const below = f32x4.lt(d, f32x4.splat(1e30));
  return v128.and(below, f32x4.gt(d, f32x4.splat(1e-20)));
}

/** Sixteen columns in float32; false where that does not do. */
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
  let sound = i32x4.splat(a < 1e8 ? -1 : 0);
  for (let c = 0; c < channels; c++) {
    const o = <usize>c * step;
    windowSums<Square>(y + o, x, step, max(0, c - before), min(c + after, channels - 1));
    for (let p = o; p < o + 64; p += 16) {
      const d = madd(v128.load(y + p), f32x4.splat(<f32>a), f32x4.splat(<f32>k));
      sound = v128.and(sound, plain(d));
      v128.store(y + p, f32x4.mul(v128.load(x + p), powerSingle(d, beta)));
    }
  }
  return i32x4.all_true(sound);
}

/** Sixteen columns in float32; false where that does not do. Scratch: [channels, 2, 16], D^−β and dy·x·D^(−β−1). */
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
  let sound = i32x4.splat(a < 1e8 ? -1 : 0);
  for (let c = 0; c < channels; c++) {
    const o = <usize>c * step;
    const own = scratch + ((<usize>c) << 7);
    windowSums<Square>(own, x, step, max(0, c - before), min(c + after, channels - 1));
    for (let i: usize = 0; i < 64; i += 16) {
      const d = madd(v128.load(own + i), f32x4.splat(<f32>a), f32x4.splat(<f32>k));
      const p = powerSingle(d, beta);
      const v = f32x4.div(v128.load(x + o + i), d);
      sound = v128.and(sound, plain(d));
      v128.store(own + i, p);
      v128.store(own + i, f32x4.mul(f32x4.mul(v128.load(dy + o + i), p), v), 64);
    }
  }
  const factor = f32x4.splat(<f32>(-2 * a * beta));
  for (let c = 0; c < channels; c++) {
    const o = <usize>c * step;
    const own = scratch + ((<usize>c) << 7);
    const to = min(c + before, channels - 1);
    windowSums<Itself>(dx + o, scratch + 64, 128, max(0, c - after), to);
    for (let i: usize = 0; i < 64; i += 16) {
      const spread = f32x4.mul(f32x4.mul(v128.load(x + o + i), factor), v128.load(dx + o + i));
      v128.store(dx + o + i, madd(v128.load(dy + o + i), v128.load(own + i), spread));
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
  const groups = (length + 15) / 16;
  const step = (<usize>length) << 2;
  for (let item = begin; item < end; item++) {
    const n = item / groups;
    const first = (item - n * groups) * 16;
    const left = min(16, length - first);
    const o = (<usize>n * channels * length + first) << 2;
    if (left === 16 && forwardSingle(y + o, x + o, channels, step, before, after, a, beta, k))
      continue;
    for (let i = 0; i < left; i += 4) {
      const own = o + ((<usize>i) << 2);
      const width = min(4, left - i);
      forwardDouble(y + own, x + own, width, channels, step, before, after, a, beta, k);
    }
  }
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
  const groups = (length + 15) / 16;
  const step = (<usize>length) << 2;
  for (let item = begin; item < end; item++) {
    const n = item / groups;
    const first = (item - n * groups) * 16;
    const left = min(16, length - first);
    const o = (<usize>n * channels * length + first) << 2;
    if (
      left === 16 &&
      backwardSingle(dx + o, dy + o, x + o, channels, step, before, after, a, beta, k, scratch)
    ) {
      continue;
    }
    for (let i = 0; i < left; i += 4) {
      const own = o + ((<usize>i) << 2);
      const width = min(4, left - i);
      backwardDouble(
        dx + own,
        dy + own,
        x + own,
        width,
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
}
