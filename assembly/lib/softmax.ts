// What softmax, attention and cross-entropy share: the maximum of a row, the sum of its exponentials, softmax of a row and back.
import { exp, logDouble } from "./math";
import { loadTail, loadTailOr, storeTail, sum4 } from "./simd";

/** Tags: whether a loop is compiled for softmax or for its logarithm. */
class Plain {}
class Log {}

/** max x[i]; NaN if there is one. */
export function rowMax(x: usize, n: i32): f32 {
  let m = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) m = f32x4.max(m, v128.load(x + ((<usize>i) << 2)));
  if (i < n) m = f32x4.max(m, loadTailOr(x + ((<usize>i) << 2), n - i, -Infinity));
  m = f32x4.max(m, i32x4.shuffle(m, m, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1));
}

/** Σ e^(x[i] − shift), in float32 blocks of 128 merged in float64; with y ≠ 0 the terms are kept there. */
export function rowExpSum(y: usize, x: usize, shift: f32, n: i32): f64 {
  const s = f32x4.splat(shift);
  let total: f64 = 0;
  let i = 0;
  while (i + 4 <= n) {
    const to = min(i + 128, n);
    let sum = f32x4.splat(0);
    for (; i + 4 <= to; i += 4) {
      const e = exp(f32x4.sub(v128.load(x + ((<usize>i) << 2)), s));
      if (y !== 0) v128.store(y + ((<usize>i) << 2), e);
      sum = f32x4.add(sum, e);
    }
    total += <f64>sum4(sum);
  }
  if (i < n) {
    const e = exp(f32x4.sub(loadTailOr(x + ((<usize>i) << 2), n - i, -Infinity), s));
    if (y !== 0) storeTail(y + ((<usize>i) << 2), e, n - i);
    total += <f64>sum4(e);
  }
  return total;
}

/** y = e^(x − max) / Σ e^(x − max), which may be x itself; log: y = x − max − ln Σ e^(x − max). */
export function rowForward(y: usize, x: usize, n: i32, log: i32): void {
  const shift = rowMax(x, n);
  if (log !== 0) {
    affine(y, x, shift, 1, <f32>logDouble(rowExpSum(0, x, shift, n)), n);
  } else {
    affine(y, y, 0, <f32>(1 / rowExpSum(y, x, shift, n)), 0, n);
  }
}

/** y[i] = (x[i] − shift)·factor − offset. */
function affine(y: usize, x: usize, shift: f32, factor: f32, offset: f32, n: i32): void {
  const s = f32x4.splat(shift);
  const f = f32x4.splat(factor);
  const b = f32x4.splat(offset);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(y + o, f32x4.sub(f32x4.mul(f32x4.sub(v128.load(x + o), s), f), b));
  }
  if (i < n) {
    const o = (<usize>i) << 2;
    storeTail(y + o, f32x4.sub(f32x4.mul(f32x4.sub(loadTail(x + o, n - i), s), f), b), n - i);
  }
}

function termOf<F>(dy: v128, y: v128): v128 {
  return idof<F>() === idof<Log>() ? dy : f32x4.mul(dy, y);
}

function slopeOf<F>(dy: v128, y: v128, dot: v128): v128 {
  if (idof<F>() === idof<Log>()) return f32x4.sub(dy, f32x4.mul(exp(y), dot));
  return f32x4.mul(y, f32x4.sub(dy, dot));
}

/** What the backward pass sums. */
export function term(dy: v128, y: v128, log: i32): v128 {
  return log !== 0 ? termOf<Log>(dy, y) : termOf<Plain>(dy, y);
}

/** dx from that sum. */
export function slope(dy: v128, y: v128, dot: v128, log: i32): v128 {
  return log !== 0 ? slopeOf<Log>(dy, y, dot) : slopeOf<Plain>(dy, y, dot);
}

/** dx = y·(dy − Σ dy·y), which may be dy itself; log: dx = dy − e^y·Σ dy. */
export function rowBackward(dx: usize, dy: usize, y: usize, n: i32, log: i32): void {
  if (log !== 0) backwardOf<Log>(dx, dy, y, n);
  else backwardOf<Plain>(dx, dy, y, n);
}

function backwardOf<F>(dx: usize, dy: usize, y: usize, n: i32): void {
  let total: f64 = 0;
  let i = 0;
  // dot = Σ dy[i]·y[i], or Σ dy[i]: float32 blocks of 128 merged in float64
  while (i + 4 <= n) {
    const to = min(i + 128, n);
    let sum = f32x4.splat(0);
    for (; i + 4 <= to; i += 4) {
      const o = (<usize>i) << 2;
      sum = f32x4.add(sum, termOf<F>(v128.load(dy + o), v128.load(y + o)));
    }
    total += <f64>sum4(sum);
  }
  const rest = (<usize>i) << 2;
  if (i < n) total += <f64>sum4(termOf<F>(loadTail(dy + rest, n - i), loadTail(y + rest, n - i)));
  const dot = f32x4.splat(<f32>total);
  for (i = 0; i + 4 <= n; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(dx + o, slopeOf<F>(v128.load(dy + o), v128.load(y + o), dot));
  }
  if (i < n) {
    const v = slopeOf<F>(loadTail(dy + rest, n - i), loadTail(y + rest, n - i), dot);
    storeTail(dx + rest, v, n - i);
  }
}
