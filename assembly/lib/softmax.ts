// What softmax, attention and cross-entropy share: the maximum of a row, the sum of its exponentials, softmax of a row
// and its gradient. The exponential is in one loop, which is left at its bottom as in lib/curves.ts (3.3 → 1.4 ns an
// element, rows of 50).
import { expLow, logDouble } from "./math";
import { loadTail, loadTailOr, storeTail, sum4 } from "./simd";

/** Tags that say whether a loop is compiled for softmax or for its logarithm. */
class Plain {}
class Log {}

/** max x[i] of those x[i] that are numbers, or −Inf if none is. A NaN shows in the sum of the exponentials. */
export function rowMax(x: usize, n: i32): f32 {
  let m = f32x4.splat(-Infinity);
  let other = m; // two chains, as each step waits for the one before
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    m = f32x4.pmax(m, v128.load(x + ((<usize>i) << 2)));
    other = f32x4.pmax(other, v128.load(x + ((<usize>i) << 2), 16));
  }
  if (i + 4 <= n) {
    m = f32x4.pmax(m, v128.load(x + ((<usize>i) << 2)));
    i += 4;
  }
  if (i < n) other = f32x4.pmax(other, loadTailOr(x + ((<usize>i) << 2), n - i, -Infinity));
  m = f32x4.pmax(m, other);
  m = f32x4.pmax(m, i32x4.shuffle(m, m, 2, 3, 0, 1));
  // A scalar maximum is a branch, which CPUs guess wrong.
  return f32x4.extract_lane(f32x4.pmax(m, i32x4.shuffle(m, m, 1, 0, 3, 2)), 0);
}

/** Σ e^(x[i] − shift), in float32 blocks of 128 that are merged in float64. If y is not 0 the terms are kept there. */
export function rowExpSum(y: usize, x: usize, shift: f32, n: i32): f64 {
  const s = f32x4.splat(shift);
  let total: f64 = 0;
  while (n > 0) {
    const to = max(n - 128, 0);
    let sum = f32x4.splat(0);
    do {
      const v = n >= 4 ? v128.load(x) : loadTailOr(x, n, -Infinity);
      const e = expLow(f32x4.sub(v, s));
      if (y !== 0) {
        if (n >= 4) v128.store(y, e);
        else storeTail(y, e, n);
        y += 16;
      }
      sum = f32x4.add(sum, e);
      x += 16;
      n -= 4;
    } while (n > to);
    total += <f64>sum4(sum);
  }
  return total;
}

/** y = e^(x − max) / Σ e^(x − max); log: y = x − max − ln Σ e^(x − max). y may be x. */
export function rowForward(y: usize, x: usize, n: i32, log: i32): void {
  const shift = rowMax(x, n);
  if (log !== 0) {
    affine(y, x, shift, 1, <f32>logDouble(rowExpSum(0, x, shift, n)), n);
  } else {
    scale(y, <f32>(1 / rowExpSum(y, x, shift, n)), n);
  }
}

/** Softmax of a row in place. −∞ stands for what is not there, and the weights are 0 where nothing is. */
export function rowWeights(x: usize, n: i32): void {
  const shift = rowMax(x, n);
  if (shift === -Infinity && isHidden(x, n)) memory.fill(x, 0, (<usize>n) << 2);
  else scale(x, <f32>(1 / rowExpSum(x, x, shift, n)), n);
}

/** Whether all are −∞. rowMax cannot tell such a row from a row of NaN. */
function isHidden(x: usize, n: i32): bool {
  for (let i = 0; i < n; i++) if (load<f32>(x + ((<usize>i) << 2)) !== -Infinity) return false;
  return true;
}

/** y[i] = y[i]·factor. One step waits for the sum here; in `affine` two do, which is 5 % of the time of a row of 64. */
function scale(y: usize, factor: f32, n: i32): void {
  const f = f32x4.splat(factor);
  for (; n >= 4; n -= 4, y += 16) v128.store(y, f32x4.mul(v128.load(y), f));
  if (n > 0) storeTail(y, f32x4.mul(loadTail(y, n), f), n);
}

/** y[i] = (x[i] − shift)·factor − offset; y may be x. */
export function affine(y: usize, x: usize, shift: f32, factor: f32, offset: f32, n: i32): void {
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
  if (idof<F>() === idof<Log>()) return f32x4.sub(dy, f32x4.mul(y, dot));
  return f32x4.mul(y, f32x4.sub(dy, dot));
}

/** The term that the backward pass sums. */
export function term(dy: v128, y: v128, log: i32): v128 {
  return log !== 0 ? termOf<Log>(dy, y) : termOf<Plain>(dy, y);
}

/** dx from that sum. With log, e^y takes the place of y. */
export function slope(dy: v128, y: v128, dot: v128, log: i32): v128 {
  return log !== 0 ? slopeOf<Log>(dy, y, dot) : slopeOf<Plain>(dy, y, dot);
}

/** dx = y·(dy − Σ dy·y), where dx may be dy. log: dx = dy − e^y·Σ dy, where it may not. */
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
  if (idof<F>() === idof<Log>()) {
    rowExpSum(dx, y, 0, n);
    y = dx;
  }
  for (i = 0; i + 4 <= n; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(dx + o, slopeOf<F>(v128.load(dy + o), v128.load(y + o), dot));
  }
  if (i < n) {
    const v = slopeOf<F>(loadTail(dy + rest, n - i), loadTail(y + rest, n - i), dot);
    storeTail(dx + rest, v, n - i);
  }
}
