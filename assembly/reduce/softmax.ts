// softmax over the middle axis of x seen as [outer, n, inner], n > 0; with `log` its logarithm. The maximum is
// subtracted first, so nothing overflows. A row of −Inf gives NaN, as in PyTorch. Range: [outer, ⌈inner / 4⌉], an item
// being a row or four columns.
import { columnsOf, itemOffset } from "../lib/column-items";
import { expLow, logDouble } from "../lib/math";
import { loadTail, storeTail } from "../lib/simd";
import { rowBackward, rowForward, slope, term } from "../lib/softmax";

/** y = e^(x − max) / Σ e^(x − max); log: y = x − max − ln Σ e^(x − max). */
export function softmaxForward(
  y: usize,
  x: usize,
  n: i32,
  inner: i32,
  log: i32,
  begin: i32,
  end: i32,
): void {
  const step = (<usize>inner) << 2;
  for (let item = begin; item < end; item++) {
    const o = itemOffset(item, n, inner, 4);
    if (inner === 1) rowForward(y + o, x + o, n, log);
    else columnsForward(y + o, x + o, n, step, columnsOf(item, inner, 4), log);
  }
}

/** dx = y·(dy − Σ dy·y); log: dx = dy − e^y·Σ dy. */
export function softmaxBackward(
  dx: usize,
  dy: usize,
  y: usize,
  n: i32,
  inner: i32,
  log: i32,
  begin: i32,
  end: i32,
): void {
  const step = (<usize>inner) << 2;
  for (let item = begin; item < end; item++) {
    const o = itemOffset(item, n, inner, 4);
    if (inner === 1) rowBackward(dx + o, dy + o, y + o, n, log);
    else columnsBackward(dx + o, dy + o, y + o, n, step, columnsOf(item, inner, 4), log);
  }
}

/** Goes down up to four columns, a lane each. The sums are float64 throughout. */
function columnsForward(y: usize, x: usize, n: i32, stride: usize, width: i32, log: i32): void {
  let shift = f32x4.splat(-Infinity);
  for (let i = 0; i < n; i++) shift = f32x4.pmax(shift, lanes(x + <usize>i * stride, width));
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i = 0;
  do {
    const e = expLow(f32x4.sub(lanes(x + <usize>i * stride, width), shift));
    if (log === 0) keep(y + <usize>i * stride, e, width);
    low = f64x2.add(low, f64x2.promote_low_f32x4(e));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(e, e, 2, 3, 2, 3)));
  } while (++i < n);
  let a = f32x4.splat(finish(f64x2.extract_lane(low, 0), log));
  a = f32x4.replace_lane(a, 1, finish(f64x2.extract_lane(low, 1), log));
  a = f32x4.replace_lane(a, 2, finish(f64x2.extract_lane(high, 0), log));
  a = f32x4.replace_lane(a, 3, finish(f64x2.extract_lane(high, 1), log));
  for (i = 0; i < n; i++) {
    const o = <usize>i * stride;
    const v = lanes((log !== 0 ? x : y) + o, width);
    keep(y + o, log !== 0 ? f32x4.sub(f32x4.sub(v, shift), a) : f32x4.mul(v, a), width);
  }
}

function finish(sum: f64, log: i32): f32 {
  return log !== 0 ? <f32>logDouble(sum) : <f32>(1 / sum);
}

function columnsBackward(
  dx: usize,
  dy: usize,
  y: usize,
  n: i32,
  stride: usize,
  width: i32,
  log: i32,
): void {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i = 0; i < n; i++) {
    const t = term(lanes(dy + <usize>i * stride, width), lanes(y + <usize>i * stride, width), log);
    low = f64x2.add(low, f64x2.promote_low_f32x4(t));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(t, t, 2, 3, 2, 3)));
  }
  const dots = f32x4.demote_f64x2_zero(low);
  const dot = i32x4.shuffle(dots, f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
  let i = 0;
  do {
    const o = <usize>i * stride;
    let v = lanes(y + o, width);
    if (log !== 0) v = expLow(v);
    keep(dx + o, slope(lanes(dy + o, width), v, dot, log), width);
  } while (++i < n);
}

/** The first width ≤ 4 floats at p. */
function lanes(p: usize, width: i32): v128 {
  return width === 4 ? v128.load(p) : loadTail(p, width);
}

function keep(p: usize, v: v128, width: i32): void {
  if (width === 4) v128.store(p, v);
  else storeTail(p, v, width);
}
