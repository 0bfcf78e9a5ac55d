// Loops over a block of columns: `rows` rows of floats, `step` bytes apart, of which columns from … to (in bytes) are done: whole
// vectors for T = v128, the n < 4 left for T = f32. Four rows at a time and along the rows, so that memory is read in its order;
// what belongs to a column (m, s, …) is a float32 row of whole vectors, which stays in L1.
import { loadLanes, madd, storeLanes } from "./simd";

/** Row r's number in all lanes; `otherwise` without them. */
function ofRow(p: usize, r: i32, otherwise: f32): v128 {
  return p ? v128.load32_splat(p + ((<usize>r) << 2)) : f32x4.splat(otherwise);
}

function plus(p: usize, v: v128): void {
  v128.store(p, f32x4.add(v128.load(p), v));
}

/** s += d and q += d² with d = x − m. Rows that are not there are m: they add nothing. */
export function addSquares<T>(
  s: usize,
  q: usize,
  x: usize,
  m: usize,
  rows: i32,
  step: usize,
  from: usize,
  to: usize,
  n: i32,
): void {
  for (let r = 0; r < rows; r += 4, x += step << 2) {
    const x1 = r + 1 < rows ? x + step : m;
    const x2 = r + 2 < rows ? x + 2 * step : m;
    const x3 = r + 3 < rows ? x + 3 * step : m;
    for (let o = from; o < to; o += 16) {
      const shift = v128.load(m + o);
      const a = f32x4.sub(loadLanes<T>(x + o, n), shift);
      const b = f32x4.sub(loadLanes<T>(x1 + o, n), shift);
      const c = f32x4.sub(loadLanes<T>(x2 + o, n), shift);
      const d = f32x4.sub(loadLanes<T>(x3 + o, n), shift);
      plus(s + o, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
      plus(q + o, f32x4.add(madd(b, b, f32x4.mul(a, a)), madd(d, d, f32x4.mul(c, c))));
    }
  }
}

/** s += g and q += g·(x − m) with g = dy·weight, a weight (or 0) of each row. Rows that are not there are the first, times 0. */
export function addProducts<T>(
  s: usize,
  q: usize,
  dy: usize,
  x: usize,
  m: usize,
  weight: usize,
  rows: i32,
  step: usize,
  from: usize,
  to: usize,
  n: i32,
): void {
  const none = f32x4.splat(0);
  const away = dy - x;
  for (let r = 0; r < rows; r += 4, x += step << 2) {
    const x1 = r + 1 < rows ? x + step : x;
    const x2 = r + 2 < rows ? x + 2 * step : x;
    const x3 = r + 3 < rows ? x + 3 * step : x;
    const w0 = ofRow(weight, r, 1);
    const w1 = r + 1 < rows ? ofRow(weight, r + 1, 1) : none;
    const w2 = r + 2 < rows ? ofRow(weight, r + 2, 1) : none;
    const w3 = r + 3 < rows ? ofRow(weight, r + 3, 1) : none;
    for (let o = from; o < to; o += 16) {
      const shift = v128.load(m + o);
      const at = away + o;
      const a = f32x4.mul(loadLanes<T>(x + at, n), w0);
      const b = f32x4.mul(loadLanes<T>(x1 + at, n), w1);
      const c = f32x4.mul(loadLanes<T>(x2 + at, n), w2);
      const d = f32x4.mul(loadLanes<T>(x3 + at, n), w3);
      plus(s + o, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
      let e = f32x4.mul(a, f32x4.sub(loadLanes<T>(x + o, n), shift));
      let f = f32x4.mul(c, f32x4.sub(loadLanes<T>(x2 + o, n), shift));
      e = madd(b, f32x4.sub(loadLanes<T>(x1 + o, n), shift), e);
      f = madd(d, f32x4.sub(loadLanes<T>(x3 + o, n), shift), f);
      plus(q + o, f32x4.add(e, f));
    }
  }
}

/** y = ((x − m)·a + b)·weight + bias, weight and bias (or 0) of each row. Rows that are not there are the last, once more. */
export function scale<T>(
  y: usize,
  x: usize,
  m: usize,
  a: usize,
  b: usize,
  weight: usize,
  bias: usize,
  rows: i32,
  step: usize,
  from: usize,
  to: usize,
  n: i32,
): void {
  const away = y - x;
  for (let r = 0; r < rows; r += 2, x += step << 1) {
    const next = min(r + 1, rows - 1);
    const x1 = next > r ? x + step : x;
    const w0 = ofRow(weight, r, 1);
    const w1 = ofRow(weight, next, 1);
    const c0 = ofRow(bias, r, 0);
    const c1 = ofRow(bias, next, 0);
    for (let o = from; o < to; o += 16) {
      const shift = v128.load(m + o);
      const slope = v128.load(a + o);
      const base = v128.load(b + o);
      const h0 = madd(f32x4.sub(loadLanes<T>(x + o, n), shift), slope, base);
      const h1 = madd(f32x4.sub(loadLanes<T>(x1 + o, n), shift), slope, base);
      storeLanes<T>(x + away + o, madd(h0, w0, c0), n);
      storeLanes<T>(x1 + away + o, madd(h1, w1, c1), n);
    }
  }
}

/** dx = dy·weight·p + ((x − m)·q + r), a weight (or 0) of each row. Rows that are not there are the last, once more. */
export function goBack<T>(
  dx: usize,
  dy: usize,
  x: usize,
  m: usize,
  p: usize,
  q: usize,
  r: usize,
  weight: usize,
  rows: i32,
  step: usize,
  from: usize,
  to: usize,
  n: i32,
): void {
  const away = dx - x;
  const other = dy - x;
  for (let row = 0; row < rows; row += 2, x += step << 1) {
    const next = min(row + 1, rows - 1);
    const x1 = next > row ? x + step : x;
    const w0 = ofRow(weight, row, 1);
    const w1 = ofRow(weight, next, 1);
    for (let o = from; o < to; o += 16) {
      const shift = v128.load(m + o);
      const slope = v128.load(p + o);
      const back = v128.load(q + o);
      const base = v128.load(r + o);
      const h0 = madd(f32x4.sub(loadLanes<T>(x + o, n), shift), back, base);
      const h1 = madd(f32x4.sub(loadLanes<T>(x1 + o, n), shift), back, base);
      const g0 = f32x4.mul(loadLanes<T>(x + other + o, n), w0);
      const g1 = f32x4.mul(loadLanes<T>(x1 + other + o, n), w1);
      storeLanes<T>(x + away + o, madd(g0, slope, h0), n);
      storeLanes<T>(x1 + away + o, madd(g1, slope, h1), n);
    }
  }
}
