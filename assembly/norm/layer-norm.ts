// Layer norm (Ba, Kiros, Hinton 2016, arXiv 1607.06450) of rows of `cols` floats, weight and bias per column. With
// `centre` 0 the mean is left out: that is RMS norm (Zhang, Sennrich 2019, 1910.07467). `activation` is as in
// lib/activate.ts.

import { activate, activateBack } from "../lib/activate";
import { Activation } from "../lib/codes";
import { columnSums } from "../lib/columns";
import { finishStats, meanOf, moments, remainder, rstdOf, STATS } from "../lib/moments";
import { parameterGradients } from "../lib/row-blocks";
import { normalizeRow } from "../lib/rows";
import { rowGradient, rowSums } from "../lib/run-gradients";

/** to = a + b on n floats. */
function addRow(to: usize, a: usize, b: usize, n: i32): void {
  const end = to + ((<usize>n) << 2);
  for (; to + 16 <= end; to += 16, a += 16, b += 16) {
    v128.store(to, f32x4.add(v128.load(a), v128.load(b)));
  }
  for (; to < end; to += 4, a += 4, b += 4) store<f32>(to, load<f32>(a) + load<f32>(b));
}

/**
 * y [rows, cols] and stats [rows, 3] (mean, variance, rstd) of x. Where there is a residual they are of
 * sum = x + residual, which is written too. Range: rows.
 */
export function layerNormForward(
  y: usize,
  sum: usize,
  stats: usize,
  x: usize,
  residual: usize,
  weight: usize,
  bias: usize,
  cols: i32,
  centre: i32,
  activation: Activation,
  eps: f64,
  begin: i32,
  end: i32,
): void {
  const row = (<usize>cols) << 2;
  const from = residual ? sum : x;
  // A few rows are done at a time, in L1: the square root of one row's rstd does not hold up the next row.
  const group = max(1, 4096 / cols);
  for (let first = begin; first < end; first += group) {
    const stop = min(first + group, end);
    for (let r = first; r < stop; r++) {
      const own = stats + <usize>r * STATS;
      const o = <usize>r * row;
      if (residual) addRow(sum + o, x + o, residual + o, cols);
      moments(own, from + o, cols, 0, 0, cols, centre !== 0, eps);
      finishStats(own, eps);
    }
    for (let r = first; r < stop; r++) {
      const own = stats + <usize>r * STATS;
      const o = <usize>r * row;
      normalizeRow(y + o, from + o, weight, bias, cols, meanOf(own), rstdOf(own));
      activate(activation, y + o, cols);
    }
  }
}

/**
 * dx (0: not wanted) and partials [blocks, 2, cols] (0: not wanted): Σdy·x̂ and Σdy of each block of rows, which
 * layerNormParameterGradients adds up. dx = rstd·(w·dy − mean(w·dy) − x̂·mean(w·dy·x̂)). With an activation dy goes
 * through it first, and dx must be wanted. Range: blocks of `blockRows` rows.
 */
export function layerNormBackward(
  dx: usize,
  partials: usize,
  dy: usize,
  x: usize,
  stats: usize,
  weight: usize,
  bias: usize,
  rows: i32,
  cols: i32,
  blockRows: i32,
  centre: i32,
  activation: Activation,
  begin: i32,
  end: i32,
): void {
  const row = (<usize>cols) << 2;
  const n = <f64>cols;
  const dz = activation ? dx : dy;
  for (let block = begin; block < end; block++) {
    const first = block * blockRows;
    const stop = min(first + blockRows, rows);
    for (let r = first; activation && r < stop; r++) {
      const own = stats + <usize>r * STATS;
      const o = <usize>r * row;
      normalizeRow(dx + o, x + o, weight, bias, cols, meanOf(own), rstdOf(own));
      activateBack(activation, dx + o, dy + o, cols);
    }
    if (partials) {
      const dw = partials + <usize>block * (row << 1);
      const own = stats + <usize>first * STATS;
      const o = <usize>first * row;
      parameterGradients(dw, dw + row, dz + o, x + o, own, stop - first, row, cols);
    }
    for (let r = first; dx && r < stop; r++) {
      const own = stats + <usize>r * STATS;
      const o = <usize>r * row;
      const mean = meanOf(own);
      const rstd = rstdOf(own);
      if (cols === 1 && !centre) {
        rowGradient(dx + o, dz + o, x + o, weight, 1, 0, rstd * remainder(own), 0, 0);
        continue;
      }
      const sums = rowSums(dz + o, x + o, weight, cols, mean, rstd);
      const m1 = centre ? f64x2.extract_lane(sums, 0) / n : 0;
      const m2 = f64x2.extract_lane(sums, 1) / n;
      rowGradient(dx + o, dz + o, x + o, weight, cols, mean, rstd, m1, m2);
    }
  }
}

/** dweight and dbias (0: not wanted) [cols] from partials [blocks, 2, cols]. Range: columns. */
export function layerNormParameterGradients(
  dweight: usize,
  dbias: usize,
  partials: usize,
  blocks: i32,
  cols: i32,
  begin: i32,
  end: i32,
): void {
  if (dweight) columnSums(dweight, partials, blocks, 2 * cols, begin, end);
  if (dbias) columnSums(dbias, partials + ((<usize>cols) << 2), blocks, 2 * cols, begin, end);
}
