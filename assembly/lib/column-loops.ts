// Loops over a block of columns: `rows` rows of floats, `step` bytes apart. They do columns from … to (in bytes): whole
// vectors for T = v128, the n < 4 columns left for T = f32. They do four rows and two vectors at a time, along the
// rows, so that memory is read in its order. What belongs to a column (m, s, …) is a float32 row of whole vectors,
// which stays in L1.
import { loadLanes, madd, storeLanes, sum4 } from "./simd";

/** Row r's number in all lanes, or `otherwise` where p is 0. */
function rowNumber(p: usize, r: i32, otherwise: f32): v128 {
  return p ? v128.load32_splat(p + ((<usize>r) << 2)) : f32x4.splat(otherwise);
}

function plus(p: usize, v: v128): void {
  v128.store(p, f32x4.add(v128.load(p), v));
}

function squares<T>(
  s: usize,
  q: usize,
  m: usize,
  x: usize,
  y: usize,
  z: usize,
  w: usize,
  n: i32,
): void {
  const shift = v128.load(m);
  const a = f32x4.sub(loadLanes<T>(x, n), shift);
  const b = f32x4.sub(loadLanes<T>(y, n), shift);
  const c = f32x4.sub(loadLanes<T>(z, n), shift);
  const d = f32x4.sub(loadLanes<T>(w, n), shift);
  plus(s, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  plus(q, f32x4.add(madd(b, b, f32x4.mul(a, a)), madd(d, d, f32x4.mul(c, c))));
}

/** s += d and q += d² with d = x − m. In place of a missing row stands m, which adds nothing. */
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
    const y = r + 1 < rows ? x + step : m;
    const z = r + 2 < rows ? x + 2 * step : m;
    const w = r + 3 < rows ? x + 3 * step : m;
    let o = from;
    for (; isVector<T>() && o + 32 <= to; o += 32) {
      const a = x + o;
      const b = y + o;
      const c = z + o;
      const d = w + o;
      const e = s + o;
      const f = q + o;
      const g = m + o;
      squares<T>(e, f, g, a, b, c, d, n);
      squares<T>(e + 16, f + 16, g + 16, a + 16, b + 16, c + 16, d + 16, n);
    }
    if (o < to) squares<T>(s + o, q + o, m + o, x + o, y + o, z + o, w + o, n);
  }
}

/** s += g and q += g·(x − m) on two rows x and y, with g = dy·w and g = dy·u. */
function product<T>(
  s: usize,
  q: usize,
  m: usize,
  x: usize,
  y: usize,
  dx: usize,
  dy: usize,
  w: v128,
  u: v128,
  n: i32,
): void {
  const shift = v128.load(m);
  const a = f32x4.mul(loadLanes<T>(dx, n), w);
  const b = f32x4.mul(loadLanes<T>(dy, n), u);
  const c = f32x4.mul(a, f32x4.sub(loadLanes<T>(x, n), shift));
  plus(s, f32x4.add(a, b));
  plus(q, madd(b, f32x4.sub(loadLanes<T>(y, n), shift), c));
}

/**
 * s += g and q += g·(x − m) with g = dy·weight, a weight (or 0) for each row. In place of a missing row stands the
 * first, times 0.
 */
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
  const away = dy - x;
  for (let r = 0; r < rows; r += 2, x += step << 1) {
    const there = r + 1 < rows;
    const y = there ? x + step : x;
    const w = rowNumber(weight, r, 1);
    const u = there ? rowNumber(weight, r + 1, 1) : f32x4.splat(0);
    let o = from;
    for (; isVector<T>() && o + 32 <= to; o += 32) {
      const a = x + o;
      const b = y + o;
      const c = a + away;
      const d = b + away;
      const e = s + o;
      const f = q + o;
      const g = m + o;
      product<T>(e, f, g, a, b, c, d, w, u, n);
      product<T>(e + 16, f + 16, g + 16, a + 16, b + 16, c + 16, d + 16, w, u, n);
    }
    if (o < to) product<T>(s + o, q + o, m + o, x + o, y + o, x + o + away, y + o + away, w, u, n);
  }
}

/** One vector of two rows: to = ((x − m)·a + b)·w + c. */
function scaleTwo<T>(
  to: usize,
  to2: usize,
  x: usize,
  x2: usize,
  m: usize,
  a: usize,
  b: usize,
  w: v128,
  w2: v128,
  c: v128,
  c2: v128,
  n: i32,
): void {
  const shift = v128.load(m);
  const slope = v128.load(a);
  const base = v128.load(b);
  const h = madd(f32x4.sub(loadLanes<T>(x, n), shift), slope, base);
  const h2 = madd(f32x4.sub(loadLanes<T>(x2, n), shift), slope, base);
  storeLanes<T>(to, madd(h, w, c), n);
  storeLanes<T>(to2, madd(h2, w2, c2), n);
}

/**
 * y = ((x − m)·a + b)·weight + bias, a weight and a bias (or 0) for each row. In place of a missing row the last is
 * done once more.
 */
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
    const z = next > r ? x + step : x;
    const w = rowNumber(weight, r, 1);
    const u = rowNumber(weight, next, 1);
    const c = rowNumber(bias, r, 0);
    const d = rowNumber(bias, next, 0);
    let o = from;
    for (; isVector<T>() && o + 32 <= to; o += 32) {
      const p = x + o;
      const q = z + o;
      const i = p + away;
      const j = q + away;
      const e = m + o;
      const f = a + o;
      const g = b + o;
      scaleTwo<T>(i, j, p, q, e, f, g, w, u, c, d, n);
      scaleTwo<T>(i + 16, j + 16, p + 16, q + 16, e + 16, f + 16, g + 16, w, u, c, d, n);
    }
    if (o < to)
      scaleTwo<T>(x + o + away, z + o + away, x + o, z + o, m + o, a + o, b + o, w, u, c, d, n);
  }
}

/**
 * dx = dy·weight·p + ((x − m)·q + r), a weight (or 0) for each row. In place of a missing row the last is done once
 * more.
 */
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
    const w0 = rowNumber(weight, row, 1);
    const w1 = rowNumber(weight, next, 1);
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

/** dweight[r] += Σdy·((x − m)·a + b) and dbias[r] += Σdy of each row, over the columns. */
export function addRows<T>(
  dweight: usize,
  dbias: usize,
  dy: usize,
  x: usize,
  m: usize,
  a: usize,
  b: usize,
  rows: i32,
  step: usize,
  from: usize,
  to: usize,
  n: i32,
): void {
  for (let r = 0; r < rows; r++, x += step, dy += step, dweight += 4, dbias += 4) {
    let product: v128 = f32x4.splat(0);
    let sum = product;
    for (let o = from; o < to; o += 16) {
      const g = loadLanes<T>(dy + o, n);
      const d = f32x4.sub(loadLanes<T>(x + o, n), v128.load(m + o));
      product = madd(g, madd(d, v128.load(a + o), v128.load(b + o)), product);
      sum = f32x4.add(sum, g);
    }
    store<f32>(dweight, load<f32>(dweight) + sum4(product));
    store<f32>(dbias, load<f32>(dbias) + sum4(sum));
  }
}
