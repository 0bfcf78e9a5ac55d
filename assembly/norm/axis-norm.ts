// Normalisation over one axis of x seen as [outer, n, inner], weight and bias [n]: layer norm over the channels of each pixel
// (positional norm, arXiv 1907.04312), pixel norm (1710.10196), division by a p-norm. A unit is four neighbouring columns, or
// for inner = 1 a row; all sums and products are float64, so that no input overflows, and units read memory once a pass.
import { pair, STATS } from "../lib/moments";
import { get, high, low, narrow, put, swap } from "../lib/quads";
import { loadTailOr, sum4 } from "../lib/simd";

// The statistic: 1, 2 and 3 are the p of a p-norm.
const MAXIMUM: i32 = 0;
const RMS: i32 = 4;
const MOMENTS: i32 = 5;

/** Units whose parameter gradients are summed into one partial. */
const BLOCK: i32 = 16;

/** For T = v128 four lanes: the width is not asked for in the loop over full columns. For T = f32 as get. */
function fetch<T>(p: usize, width: i32): v128 {
  return isVector<T>() ? v128.load(p) : get(p, width);
}

/** The sum (or maximum) with |d|^p. */
function grow(sum: v128, d: v128, kind: i32): v128 {
  const size = f64x2.abs(d);
  if (kind === MAXIMUM) return f64x2.max(sum, size);
  if (kind === 1) return f64x2.add(sum, size);
  const square = f64x2.mul(d, d);
  return f64x2.add(sum, kind === 3 ? f64x2.mul(square, size) : square);
}

/** Both lanes the sum (or maximum) of all four. */
function gather(a: v128, b: v128, kind: i32): v128 {
  if (kind !== MAXIMUM) {
    const sum = f64x2.add(a, b);
    return f64x2.add(sum, swap(sum));
  }
  const most = f64x2.max(a, b);
  return f64x2.max(most, swap(most));
}

/** ∛x of x ≥ 0, by Newton from a third of the exponent (0.05 off): four steps reach the last place. */
function cubeRoot(x: f64): f64 {
  if (!(x > 0 && x < Infinity)) return x;
  let t = reinterpret<f64>(reinterpret<u64>(x) / 3 + ((<u64>0x2a9f7893) << 32));
  for (let i = 0; i < 4; i++) t -= (t - x / (t * t)) / 3;
  return t;
}

/** Writes (mean, variance or norm, rstd) of `there` ≤ 2 sets from their shifts k and their sums of d = x − k and of |d|^p. */
function finish(
  out: usize,
  k: v128,
  sums: v128,
  powers: v128,
  there: i32,
  n: f64,
  kind: i32,
  eps: f64,
): void {
  for (; there > 0; there--, out += STATS) {
    const off = f64x2.extract_lane(sums, 0) / n;
    const power = f64x2.extract_lane(powers, 0);
    const squared = kind === MOMENTS || kind === RMS;
    let spread = power;
    if (squared) spread = max<f64>(power / n - off * off, 0);
    else if (kind === 2) spread = sqrt<f64>(power);
    else if (kind === 3) spread = cubeRoot(power);
    store<f64>(out, f64x2.extract_lane(k, 0) + off);
    store<f64>(out, spread, 8);
    store<f64>(out, 1 / (squared ? sqrt<f64>(spread + eps) : max<f64>(spread, eps)), 16);
    k = swap(k);
    sums = swap(sums);
    powers = swap(powers);
  }
}

/** One unit: moments around the first element, which costs at most n·1e-16 of the variance. */
function statistics<T>(
  stats: usize,
  x: usize,
  count: i32,
  step: usize,
  width: i32,
  n: i32,
  asRows: bool,
  kind: i32,
  eps: f64,
): void {
  const rows = !isVector<T>() && asRows;
  const first = load<f32>(x);
  const any = rows ? f32x4.splat(first) : fetch<T>(x, width);
  const k = kind === MOMENTS ? any : f32x4.splat(0);
  const kLow = low(k);
  const kHigh = high(k);
  let a: v128 = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  // d = x[i] - k; sum += d; powers += |d|^p
  for (let i = 0; i < count; i++, x += step) {
    const partly = rows && i + 1 === count && width < 4;
    const lanes = partly
      ? loadTailOr(x, width, kind === MOMENTS ? first : 0)
      : fetch<T>(x, rows ? 4 : width);
    const l = f64x2.sub(low(lanes), kLow);
    const h = f64x2.sub(high(lanes), kHigh);
    if (kind === MOMENTS) {
      a = f64x2.add(a, l);
      b = f64x2.add(b, h);
    }
    c = grow(c, l, kind);
    d = grow(d, h, kind);
  }
  if (rows) {
    finish(stats, kLow, gather(a, b, 1), gather(c, d, kind), 1, n, kind, eps);
  } else {
    finish(stats, kLow, a, c, min(width, 2), n, kind, eps);
    finish(stats + 2 * STATS, kHigh, b, d, width - 2, n, kind, eps);
  }
}

/** The numbers at p of `there` ≤ 2 sets (0 for those that are not), or twice a row's. */
function both(p: usize, there: i32, rows: bool): v128 {
  if (rows) return v128.load64_splat(p);
  if (there < 1) return f64x2.splat(0);
  return pair(load<f64>(p), there > 1 ? load<f64>(p, STATS) : 0);
}

/** Step i's weights: four of a row, or the column's in all lanes; `otherwise` without weights. */
function weights<T>(weight: usize, i: i32, rows: bool, width: i32, otherwise: f32): v128 {
  if (!weight) return f32x4.splat(otherwise);
  if (!isVector<T>() && rows) return get(weight + ((<usize>i) << 4), width);
  return v128.load32_splat(weight + ((<usize>i) << 2));
}

/** One unit's statistics and output. */
function unitForward<T>(
  y: usize,
  own: usize,
  x: usize,
  weight: usize,
  bias: usize,
  count: i32,
  step: usize,
  width: i32,
  n: i32,
  asRows: bool,
  kind: i32,
  eps: f64,
): void {
  const rows = !isVector<T>() && asRows;
  statistics<T>(own, x, count, step, width, n, rows, kind, eps);
  const next = own + (rows ? 0 : 2 * STATS);
  const mLow = both(own, width, rows);
  const mHigh = both(next, width - 2, rows);
  const rLow = both(own + 16, width, rows);
  const rHigh = both(next + 16, width - 2, rows);
  for (let i = 0; i < count; i++, x += step, y += step) {
    const here = rows && i + 1 < count ? 4 : width;
    const v = fetch<T>(x, here);
    const w = weights<T>(weight, i, rows, here, 1);
    const s = weights<T>(bias, i, rows, here, 0);
    const l = f64x2.mul(f64x2.sub(low(v), mLow), rLow);
    const h = f64x2.mul(f64x2.sub(high(v), mHigh), rHigh);
    const yLow = f64x2.add(f64x2.mul(l, low(w)), low(s));
    const made = narrow(yLow, f64x2.add(f64x2.mul(h, high(w)), high(s)));
    if (isVector<T>()) v128.store(y, made);
    else put(y, made, here);
  }
}

/** y = (x − mean)·rstd·weight + bias, and stats [outer, inner, 3]. Range: [outer, ⌈inner / 4⌉]. */
export function axisNormForward(
  y: usize,
  stats: usize,
  x: usize,
  weight: usize,
  bias: usize,
  n: i32,
  inner: i32,
  kind: i32,
  eps: f64,
  begin: i32,
  end: i32,
): void {
  const rows = inner === 1;
  const groups = (inner + 3) / 4;
  const count = rows ? (n + 3) / 4 : n;
  const step: usize = rows ? 16 : (<usize>inner) << 2;
  for (let item = begin; item < end; item++) {
    const outer = item / groups;
    const column = (item - outer * groups) * 4;
    const width = rows ? n - 4 * (count - 1) : min(4, inner - column);
    const own = stats + (<usize>outer * inner + column) * STATS;
    const o = (<usize>outer * n * inner + column) << 2;
    if (!rows && width === 4)
      unitForward<v128>(y + o, own, x + o, weight, bias, count, step, width, n, rows, kind, eps);
    else unitForward<f32>(y + o, own, x + o, weight, bias, count, step, width, n, rows, kind, eps);
  }
}

/** The sign of x, where it is the largest in size for the maximum norm. */
function sign(x: v128, norm: v128, kind: i32): v128 {
  const one = v128.bitselect(x, f64x2.splat(1), f64x2.splat(-0.0));
  const counts = kind === MAXIMUM ? f64x2.eq(f64x2.abs(x), norm) : f64x2.ne(x, f64x2.splat(0));
  return v128.and(one, counts);
}

/** ∂norm/∂x for a p-norm, x̂ for the others. */
function direction(x: v128, h: v128, norm: v128, kind: i32): v128 {
  if (kind === MAXIMUM || kind === 1) return sign(x, norm, kind);
  return kind === 3 ? f64x2.mul(h, f64x2.abs(h)) : h;
}

/** What of Σg·x̂ comes back in dx: its mean, for a p-norm all of it, or nothing where eps was the larger. */
function share(sum: v128, ties: v128, norm: v128, n: i32, kind: i32, eps: f64): v128 {
  if (kind === MOMENTS || kind === RMS) return f64x2.div(sum, f64x2.splat(<f64>n));
  const part = kind === MAXIMUM ? f64x2.div(sum, ties) : sum;
  return v128.andnot(part, f64x2.lt(norm, f64x2.splat(eps)));
}

/**
 * dx (0: not wanted) = rstd·(w·dy − mean(w·dy) − direction·share(Σw·dy·x̂)), and partials [blocks, 2, n] (0: not wanted): Σdy·x̂
 * and Σdy, which layerNormParameterGradients adds up. Range: blocks of 16 of `units` units.
 */
export function axisNormBackward(
  dx: usize,
  partials: usize,
  dy: usize,
  x: usize,
  stats: usize,
  weight: usize,
  n: i32,
  inner: i32,
  units: i32,
  kind: i32,
  eps: f64,
  begin: i32,
  end: i32,
): void {
  const rows = inner === 1;
  const groups = (inner + 3) / 4;
  const count = rows ? (n + 3) / 4 : n;
  const step: usize = rows ? 16 : (<usize>inner) << 2;
  for (let block = begin; block < end; block++) {
    const dw = partials ? partials + ((<usize>block * n) << 3) : 0;
    if (dw) memory.fill(dw, 0, (<usize>n) << 3);
    for (let item = block * BLOCK; item < min(units, (block + 1) * BLOCK); item++) {
      const outer = item / groups;
      const column = (item - outer * groups) * 4;
      const width = rows ? n - 4 * (count - 1) : min(4, inner - column);
      const own = stats + (<usize>outer * inner + column) * STATS;
      const o = (<usize>outer * n * inner + column) << 2;
      const at = dx ? dx + o : 0;
      if (!rows && width === 4)
        unitBackward<v128>(
          at,
          dw,
          dy + o,
          x + o,
          own,
          weight,
          count,
          step,
          width,
          n,
          rows,
          kind,
          eps,
        );
      else
        unitBackward<f32>(
          at,
          dw,
          dy + o,
          x + o,
          own,
          weight,
          count,
          step,
          width,
          n,
          rows,
          kind,
          eps,
        );
    }
  }
}

function unitBackward<T>(
  dx: usize,
  dw: usize,
  dy: usize,
  x: usize,
  own: usize,
  weight: usize,
  count: i32,
  step: usize,
  width: i32,
  n: i32,
  asRows: bool,
  kind: i32,
  eps: f64,
): void {
  const rows = !isVector<T>() && asRows;
  const db = dw + ((<usize>n) << 2);
  const next = own + (rows ? 0 : 2 * STATS);
  const mLow = both(own, width, rows);
  const mHigh = both(next, width - 2, rows);
  const normLow = both(own + 8, width, rows);
  const normHigh = both(next + 8, width - 2, rows);
  const rLow = both(own + 16, width, rows);
  const rHigh = both(next + 16, width - 2, rows);
  let a: v128 = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let tiesLow = a;
  let tiesHigh = a;
  // sum += g; product += g * h
  for (let i = 0, o: usize = 0; i < count; i++, o += step) {
    const here = rows && i + 1 < count ? 4 : width;
    const v = fetch<T>(x + o, here);
    const t = fetch<T>(dy + o, here);
    const w = weights<T>(weight, i, rows, here, 1);
    const xLow = f64x2.sub(low(v), mLow);
    const xHigh = f64x2.sub(high(v), mHigh);
    const hLow = f64x2.mul(xLow, rLow);
    const hHigh = f64x2.mul(xHigh, rHigh);
    const gLow = f64x2.mul(low(t), low(w));
    const gHigh = f64x2.mul(high(t), high(w));
    a = f64x2.add(a, gLow);
    b = f64x2.add(b, gHigh);
    c = f64x2.add(c, f64x2.mul(gLow, hLow));
    d = f64x2.add(d, f64x2.mul(gHigh, hHigh));
    if (kind === MAXIMUM) {
      tiesLow = f64x2.add(tiesLow, f64x2.abs(sign(xLow, normLow, kind)));
      tiesHigh = f64x2.add(tiesHigh, f64x2.abs(sign(xHigh, normHigh, kind)));
    }
    if (dw) addParameters(dw, db, t, f32x4.mul(t, narrow(hLow, hHigh)), i, rows, here);
  }
  if (!dx) return;
  if (rows) {
    a = gather(a, b, 1);
    b = a;
    c = gather(c, d, 1);
    d = c;
    tiesLow = gather(tiesLow, tiesHigh, 1);
    tiesHigh = tiesLow;
  }
  const over = f64x2.splat(kind === MOMENTS ? 1 / <f64>n : 0);
  a = f64x2.mul(a, over);
  b = f64x2.mul(b, over);
  c = share(c, tiesLow, normLow, n, kind, eps);
  d = share(d, tiesHigh, normHigh, n, kind, eps);
  for (let i = 0, o: usize = 0; i < count; i++, o += step) {
    const here = rows && i + 1 < count ? 4 : width;
    const v = fetch<T>(x + o, here);
    const t = fetch<T>(dy + o, here);
    const w = weights<T>(weight, i, rows, here, 1);
    const xLow = f64x2.sub(low(v), mLow);
    const xHigh = f64x2.sub(high(v), mHigh);
    const back = f64x2.mul(direction(xLow, f64x2.mul(xLow, rLow), normLow, kind), c);
    const backHigh = f64x2.mul(direction(xHigh, f64x2.mul(xHigh, rHigh), normHigh, kind), d);
    const gLow = f64x2.sub(f64x2.sub(f64x2.mul(low(t), low(w)), a), back);
    const gHigh = f64x2.sub(f64x2.sub(f64x2.mul(high(t), high(w)), b), backHigh);
    const made = narrow(f64x2.mul(gLow, rLow), f64x2.mul(gHigh, rHigh));
    if (isVector<T>()) v128.store(dx + o, made);
    else put(dx + o, made, here);
  }
}

/** dweight += dy·x̂ and dbias += dy at step i: four columns of a row, or the sum of four pixels. */
function addParameters(
  dw: usize,
  db: usize,
  dy: v128,
  product: v128,
  i: i32,
  rows: bool,
  width: i32,
): void {
  if (rows) {
    const o = (<usize>i) << 4;
    put(dw + o, f32x4.add(get(dw + o, width), product), width);
    put(db + o, f32x4.add(get(db + o, width), dy), width);
  } else {
    const o = (<usize>i) << 2;
    store<f32>(dw + o, load<f32>(dw + o) + sum4(product));
    store<f32>(db + o, load<f32>(db + o) + sum4(dy));
  }
}
