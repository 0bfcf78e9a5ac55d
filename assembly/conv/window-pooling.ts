// Pooling by windows of one size. `plan` holds int32s made by src/ops/conv/pooling.ts, each for rows, then for columns:
//   length of x · length of y · kernel · stride · padding · dilation.
import { addToWindow, windowSum } from "../lib/windows";

class Forward {}
class Backward {}

/** Entry k of the plan along axis 0 (rows) or 1 (columns). */
function entry(plan: usize, axis: i32, k: i32): i32 {
  return load<i32>(plan + ((<usize>(2 * k + axis)) << 2));
}

/** Where window i starts, padding included. */
function windowFrom(plan: usize, axis: i32, i: i32): i32 {
  return i * entry(plan, axis, 3) - entry(plan, axis, 4);
}

/** The first element that is not in the padding in front, of a window that starts at `from`. */
function firstInside(from: i32, dilation: i32): i32 {
  return from < 0 ? from + ((dilation - 1 - from) / dilation) * dilation : from;
}

/**
 * y [planes, outH, outW] = maxima of the windows of x [planes, h, w]; `at` (int32) = their places in the plane. Of
 * equal maxima the first one counts, of NaNs the last. A window of nothing but padding gives −∞ and −1. Range: planes.
 */
export function maxPool2dForward(
  y: usize,
  at: usize,
  x: usize,
  plan: usize,
  begin: i32,
  end: i32,
): void {
  const h = entry(plan, 0, 0);
  const w = entry(plan, 1, 0);
  const outH = entry(plan, 0, 1);
  const outW = entry(plan, 1, 1);
  const kh = entry(plan, 0, 2);
  const kw = entry(plan, 1, 2);
  const dh = entry(plan, 0, 5);
  const dw = entry(plan, 1, 5);
  for (let plane = begin; plane < end; plane++) {
    const from = x + ((<usize>plane * h * w) << 2);
    let to = (<usize>plane * outH * outW) << 2;
    for (let i = 0; i < outH; i++) {
      const top = windowFrom(plan, 0, i);
      const bottom = min(top + (kh - 1) * dh + 1, h);
      for (let j = 0; j < outW; j++, to += 4) {
        const left = windowFrom(plan, 1, j);
        const right = min(left + (kw - 1) * dw + 1, w);
        let best: f32 = -Infinity;
        let place = -1;
        for (let r = firstInside(top, dh); r < bottom; r += dh) {
          for (let c = firstInside(left, dw); c < right; c += dw) {
            const v = load<f32>(from + ((<usize>r * w + c) << 2));
            // true for NaN: it is not at most ∞
            if (v > best || !(v <= Infinity) || place < 0) {
              best = v;
              place = r * w + c;
            }
          }
        }
        store<f32>(y + to, best);
        store<i32>(at + to, place);
      }
    }
  }
}

/** dx = dy sent to the places of the maxima. Range: planes. */
export function maxPool2dBackward(
  dx: usize,
  dy: usize,
  at: usize,
  plan: usize,
  begin: i32,
  end: i32,
): void {
  const size = entry(plan, 0, 0) * entry(plan, 1, 0);
  const outputs = entry(plan, 0, 1) * entry(plan, 1, 1);
  for (let plane = begin; plane < end; plane++) {
    const to = dx + ((<usize>plane * size) << 2);
    const from = (<usize>plane * outputs) << 2;
    memory.fill(to, 0, (<usize>size) << 2);
    for (let i = 0; i < outputs; i++) {
      const o = from + ((<usize>i) << 2);
      const place = load<i32>(at + o);
      if (place < 0) continue;
      const p = to + ((<usize>place) << 2);
      store<f32>(p, load<f32>(p) + load<f32>(dy + o));
    }
  }
}

/**
 * Forward: y [planes, outH, outW] = sums of the windows of x [planes, h, w] over `divisor`. A divisor of 0 stands for
 * the number of elements in the window, −1 for that number with the padding. Backward: y is dy, and its shares go to
 * the windows of dx at x.
 */
function averages<Pass>(y: usize, x: usize, plan: usize, divisor: i32, begin: i32, end: i32): void {
  const h = entry(plan, 0, 0);
  const w = entry(plan, 1, 0);
  const outH = entry(plan, 0, 1);
  const outW = entry(plan, 1, 1);
  const bottomEdge = h + entry(plan, 0, 4);
  const rightEdge = w + entry(plan, 1, 4);
  for (let plane = begin; plane < end; plane++) {
    const image = x + ((<usize>plane * h * w) << 2);
    let out = y + ((<usize>plane * outH * outW) << 2);
    if (idof<Pass>() === idof<Backward>()) memory.fill(image, 0, (<usize>h * w) << 2);
    for (let i = 0; i < outH; i++) {
      const first = windowFrom(plan, 0, i);
      const last = min(first + entry(plan, 0, 2), bottomEdge);
      const top = max(first, 0);
      const bottom = min(last, h);
      for (let j = 0; j < outW; j++, out += 4) {
        const start = windowFrom(plan, 1, j);
        const stop = min(start + entry(plan, 1, 2), rightEdge);
        const left = max(start, 0);
        const right = min(stop, w);
        let count = <f64>divisor;
        if (divisor === 0) count = <f64>max(bottom - top, 0) * <f64>max(right - left, 0);
        else if (divisor === -1) count = <f64>(last - first) * <f64>(stop - start);
        count = max<f64>(count, 1);
        if (idof<Pass>() === idof<Backward>()) {
          addToWindow(image, w, top, bottom, left, right, <f32>(<f64>load<f32>(out) / count));
        } else {
          store<f32>(out, <f32>(windowSum(image, w, top, bottom, left, right) / count));
        }
      }
    }
  }
}

/** y [planes, outH, outW] = means of the windows of x [planes, h, w]; see `averages`. Range: planes. */
export function avgPool2dForward(
  y: usize,
  x: usize,
  plan: usize,
  divisor: i32,
  begin: i32,
  end: i32,
): void {
  averages<Forward>(y, x, plan, divisor, begin, end);
}

/** dx[r][c] = Σ of dy / (divisor of the window) over the windows that hold (r, c). Range: planes. */
export function avgPool2dBackward(
  dx: usize,
  dy: usize,
  plan: usize,
  divisor: i32,
  begin: i32,
  end: i32,
): void {
  averages<Backward>(dy, dx, plan, divisor, begin, end);
}
