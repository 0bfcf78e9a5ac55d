// Rows divided by one number that is not the root mean square of all their columns: partial RMS norm (Zhang, Sennrich
// 2019, arXiv 1910.07467), RMS norm with eps outside the root, CRMS norm (Jiang et al. 2023, 2305.14858), the 2-norm.
// stats [rows, 3] hold 0, the variance and the factor r. back [rows, 2] holds what the backward pass needs besides: the
// slope s and the offset t. y = x·r·weight + bias. On the columns that count, dx = r·(w·dy − (t + s·x̂)·Σ w·dy·x̂). On
// the others dx = r·w·dy. In a row of one column dx = r·s·w·dy.

import { RowScale } from "../lib/codes";
import { meanOf, moments, rstdOf, STATS } from "../lib/moments";
import { parameterGradients } from "../lib/row-blocks";
import { normalizeRow } from "../lib/rows";
import { rowGradient, rowSums } from "../lib/run-gradients";

/** Bytes of a row of `back`. */
const BACK: usize = 16;

function slopeOf(back: usize): f64 {
  return load<f64>(back);
}

function offsetOf(back: usize): f64 {
  return load<f64>(back, 8);
}

/** The first `counted` columns make the statistic. Range: rows. */
export function scaledRowsForward(
  y: usize,
  stats: usize,
  back: usize,
  x: usize,
  weight: usize,
  bias: usize,
  cols: i32,
  counted: i32,
  kind: RowScale,
  eps: f64,
  begin: i32,
  end: i32,
): void {
  for (let i = begin; i < end; i++) {
    const own = stats + <usize>i * STATS;
    const o = (<usize>i * cols) << 2;
    // eps is 0 where it is not added to the mean square, so that small numbers keep their digits.
    moments(
      own,
      x + o,
      counted,
      0,
      0,
      counted,
      kind === RowScale.centredRms,
      kind === RowScale.rms ? eps : 0,
    );
    const n = <f64>counted;
    const mean = meanOf(own);
    const square = load<f64>(own, 8);
    let r = 1 / sqrt<f64>(square + eps);
    let s = 1 / n;
    let t: f64 = 0;
    if (kind === RowScale.rmsEpsOutside) {
      const root = sqrt<f64>(square);
      r = 1 / (root + eps);
      s = root > 0 ? (root + eps) / (root * n) : 0;
    } else if (kind === RowScale.norm) {
      const norm = sqrt<f64>(square * n);
      r = 1 / max<f64>(norm, eps);
      s = norm < eps ? 0 : 1;
    } else if (kind === RowScale.centredRms) {
      // The n values and the one that makes their sum 0: Σx² + (Σx)² over n + 1.
      const sum = mean * n;
      r = 1 / sqrt<f64>((n * (square + mean * mean) + sum * sum) / (n + 1) + eps);
      s = 1 / (n + 1);
      t = sum * r * s;
    }
    // In a row of one column Σ w·dy·x̂ would cancel all of w·dy but this share.
    if (cols === 1)
      s =
        kind === RowScale.norm
          ? <f64>(s === 0)
          : eps * r * (kind === RowScale.rmsEpsOutside ? 1 : r);
    store<f64>(own, 0);
    store<f64>(own, r, 16);
    const slopes = back + <usize>i * BACK;
    store<f64>(slopes, s);
    store<f64>(slopes, t, 8);
    normalizeRow(y + o, x + o, weight, bias, cols, 0, r);
  }
}

/**
 * dx (0: not wanted) and partials [blocks, 2, cols] (0: not wanted), as in layerNormBackward. Range: blocks of
 * `blockRows` rows.
 */
export function scaledRowsBackward(
  dx: usize,
  partials: usize,
  dy: usize,
  x: usize,
  stats: usize,
  back: usize,
  weight: usize,
  rows: i32,
  cols: i32,
  counted: i32,
  blockRows: i32,
  begin: i32,
  end: i32,
): void {
  const row = (<usize>cols) << 2;
  const rest = (<usize>counted) << 2;
  for (let block = begin; block < end; block++) {
    const first = block * blockRows;
    const stop = min(first + blockRows, rows);
    for (let i = first; dx && i < stop; i++) {
      const own = stats + <usize>i * STATS;
      const o = <usize>i * row;
      const r = rstdOf(own);
      const slope = slopeOf(back + <usize>i * BACK);
      if (cols === 1) {
        rowGradient(dx + o, dy + o, x + o, weight, 1, 0, r * slope, 0, 0);
        continue;
      }
      const sum = f64x2.extract_lane(rowSums(dy + o, x + o, weight, cols, 0, r), 1);
      const m1 = offsetOf(back + <usize>i * BACK) * sum;
      rowGradient(dx + o, dy + o, x + o, weight, counted, 0, r, m1, slope * sum);
      if (counted === cols) continue;
      const p = o + rest;
      const w = weight ? weight + rest : 0;
      normalizeRow(dx + p, dy + p, w, 0, cols - counted, 0, r); // x has no part in this
    }
    if (!partials) continue;
    const dw = partials + <usize>block * (row << 1);
    const o = <usize>first * row;
    const own = stats + <usize>first * STATS;
    parameterGradients(dw, dw + row, dy + o, x + o, own, stop - first, row, cols);
  }
}
