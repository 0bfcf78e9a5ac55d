// Normalisation over one axis of x seen as [outer, n, inner], weight and bias [n]: layer norm over the channels of each
// pixel (positional norm, arXiv 1907.04312), pixel norm (1710.10196), division by a p-norm. A unit is a block of
// `width` columns of a sample, unit = outer · blocks + block. What a unit needs of x stays in the cache between its
// passes.
import { pair } from "../lib/block-sums";
import { Statistic } from "../lib/codes";
import { addRows } from "../lib/column-loops";
import { momentsOfColumns, rowBytes } from "../lib/column-moments";
import { gradientColumns, normalizeColumns, sumColumns } from "../lib/column-norm";
import { columnNorms, directionGradient } from "../lib/column-powers";
import { meanOf, remainder, rstdOf, STATS } from "../lib/moments";
import { tame } from "../lib/runs";
import { at } from "../lib/sets";

/** Mean, variance (or norm) and rstd of each column. */
function statistics(
  stats: usize,
  x: usize,
  n: i32,
  step: usize,
  cols: i32,
  kind: Statistic,
  eps: f64,
  scratch: usize,
): void {
  const squares = kind === Statistic.norm2 || kind >= Statistic.rms;
  if (squares) {
    const least = kind === Statistic.norm2 ? 0 : eps;
    momentsOfColumns(stats, STATS, x, n, step, cols, kind === Statistic.moments, least, scratch);
  } else columnNorms(stats, x, n, step, cols, kind, scratch);
  // Two at a time: where rows are few, the root and the division are the larger part.
  for (let c = 0; c < cols; c += 2, stats += 2 * STATS) {
    const next = c + 1 < cols ? stats + STATS : stats;
    let spread = pair(load<f64>(stats, 8), load<f64>(next, 8));
    if (kind === Statistic.norm2) spread = f64x2.sqrt(f64x2.mul(spread, f64x2.splat(<f64>n)));
    const least = f64x2.splat(eps);
    const size =
      kind >= Statistic.rms ? f64x2.sqrt(f64x2.add(spread, least)) : f64x2.max(spread, least);
    const rstd = f64x2.div(f64x2.splat(1), size);
    v128.store_lane<f64>(next, spread, 1, 8);
    v128.store_lane<f64>(next, rstd, 1, 16);
    v128.store_lane<f64>(stats, spread, 0, 8);
    v128.store_lane<f64>(stats, rstd, 0, 16);
  }
}

/** @host Bytes of scratch of `axisNormForward`. */
export function axisNormForwardScratch(width: i32): usize {
  return 7 * rowBytes(width);
}

/** y = (x − mean)·rstd·weight + bias, and stats [outer, inner, 3]. Range: units. Scratch: 7 rows of floats. */
export function axisNormForward(
  y: usize,
  stats: usize,
  x: usize,
  weight: usize,
  bias: usize,
  n: i32,
  inner: i32,
  width: i32,
  kind: Statistic,
  eps: f64,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const blocks = (inner + width - 1) / width;
  const step = (<usize>inner) << 2;
  for (let unit = begin; unit < end; unit++) {
    const outer = unit / blocks;
    const column = (unit - outer * blocks) * width;
    const cols = min(width, inner - column);
    const own = stats + (<usize>outer * inner + column) * STATS;
    const o = (<usize>outer * n * inner + column) << 2;
    statistics(own, x + o, n, step, cols, kind, eps, scratch);
    normalizeColumns(y + o, x + o, own, 0, 0, weight, bias, n, step, cols, scratch);
  }
}

/** @host Bytes of scratch of `axisNormBackward`. */
export function axisNormBackwardScratch(width: i32): usize {
  return 8 * rowBytes(width);
}

/**
 * dx (0: not wanted) = rstd·(w·dy − mean(w·dy) − direction·share of Σw·dy·x̂). partials [items, 2, n] (0: not wanted)
 * are Σdy·x̂ and Σdy, which layerNormParameterGradients adds up. Range: items of `together` of `units` units. Scratch:
 * 8 rows of floats.
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
  width: i32,
  units: i32,
  together: i32,
  kind: Statistic,
  eps: f64,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const blocks = (inner + width - 1) / width;
  const step = (<usize>inner) << 2;
  const sums = scratch + (rowBytes(width) << 2);
  for (let item = begin; item < end; item++) {
    const dw = partials ? partials + ((<usize>item * n) << 3) : 0;
    if (dw) memory.fill(dw, 0, (<usize>n) << 3);
    for (let unit = item * together; unit < min(units, (item + 1) * together); unit++) {
      const outer = unit / blocks;
      const column = (unit - outer * blocks) * width;
      const cols = min(width, inner - column);
      const own = stats + (<usize>outer * inner + column) * STATS;
      const o = (<usize>outer * n * inner + column) << 2;
      if (dw) parameterGradients(dw, dy + o, x + o, own, n, step, cols, scratch);
      if (!dx) continue;
      if (n === 1 && kind === Statistic.rms) {
        for (let c = 0; c < cols; c++) {
          const each = own + <usize>c * STATS;
          const slope = rstdOf(each) * remainder(each) * at(weight, 0, 1);
          const p = o + ((<usize>c) << 2);
          store<f32>(dx + p, <f32>(slope * <f64>load<f32>(dy + p)));
        }
        continue;
      }
      sumColumns(sums, 16, dy + o, x + o, own, weight, n, step, cols, scratch);
      // How much of Σw·dy and Σw·dy·x̂ comes back: their means. For a p-norm all of the second comes back, or nothing
      // where eps was the larger.
      for (let c = 0, p = sums; c < cols; c++, p += 16) {
        const small = kind < Statistic.rms && load<f64>(own + <usize>c * STATS, 8) < eps;
        const product = kind < Statistic.rms ? load<f64>(p, 8) : load<f64>(p, 8) / <f64>n;
        store<f64>(p, kind === Statistic.moments ? load<f64>(p) / <f64>n : 0);
        store<f64>(p, small ? 0 : product, 8);
      }
      const to = dx + o;
      if (kind === Statistic.norm2 || kind >= Statistic.rms)
        gradientColumns(to, dy + o, x + o, own, sums, 0, weight, n, step, cols, scratch);
      else directionGradient(to, dy + o, x + o, own, sums, weight, n, step, cols, kind);
    }
  }
}

/** dw[i] += Σdy·x̂ of row i over the columns. Σdy is added n floats further on. */
function parameterGradients(
  dw: usize,
  dy: usize,
  x: usize,
  stats: usize,
  n: i32,
  step: usize,
  cols: i32,
  scratch: usize,
): void {
  const db = dw + ((<usize>n) << 2);
  const m = scratch;
  const a = m + rowBytes(cols);
  const b = a + rowBytes(cols);
  let wild = false;
  memory.fill(m, 0, 3 * rowBytes(cols)); // lanes behind the last column add nothing
  for (let c = 0, own = stats; c < cols; c++, own += STATS) {
    const o = (<usize>c) << 2;
    const isTame = tame(rstdOf(own));
    const high = <f32>meanOf(own);
    store<f32>(m + o, high);
    store<f32>(a + o, isTame ? <f32>rstdOf(own) : 0);
    store<f32>(b + o, isTame ? <f32>((<f64>high - meanOf(own)) * rstdOf(own)) : 0);
    if (!isTame) wild = true;
  }
  const full = (<usize>(cols >> 2)) << 4;
  addRows<v128>(dw, db, dy, x, m, a, b, n, step, 0, full, 4);
  if (cols & 3) addRows<f32>(dw, db, dy, x, m, a, b, n, step, full, full + 1, cols & 3);
  for (let c = 0; wild && c < cols; c++, stats += STATS) {
    if (tame(rstdOf(stats))) continue;
    for (let i = 0; i < n; i++) {
      const o = <usize>i * step + ((<usize>c) << 2);
      const h = (<f64>load<f32>(x + o) - meanOf(stats)) * rstdOf(stats);
      const p = dw + ((<usize>i) << 2);
      store<f32>(p, <f32>(<f64>load<f32>(p) + <f64>load<f32>(dy + o) * h));
    }
  }
}
