// Layer norm of few long rows, in steps on parts of a row, so that threads help. channelStatistics merges the moments
// of the parts: to it a row is a set of one plane.

import { meanOf, moments, rstdOf, STATS } from "../lib/moments";
import { parameterGradients } from "../lib/row-blocks";
import { normalizeRow } from "../lib/rows";
import { rowGradient, rowSums } from "../lib/run-gradients";

/** The address of the weight of a part's first column; 0 stays 0. */
function weightAt(weight: usize, column: i32): usize {
  return weight ? weight + ((<usize>column) << 2) : 0;
}

/** partials [rows, parts, 2] = (mean, variance) of each part of each row. Range: rows × parts. */
export function layerNormMoments(
  partials: usize,
  x: usize,
  cols: i32,
  partSize: i32,
  parts: i32,
  centre: i32,
  eps: f64,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const r = item / parts;
    const from = (item - r * parts) * partSize;
    const to = min(from + partSize, cols);
    const row = x + ((<usize>r * <usize>cols) << 2);
    moments(partials + ((<usize>item) << 4), row, cols, 0, from, to, centre !== 0, eps);
  }
}

/** y with the given stats [rows, 3]. Range: rows × parts. */
export function layerNormalize(
  y: usize,
  stats: usize,
  x: usize,
  weight: usize,
  bias: usize,
  cols: i32,
  partSize: i32,
  parts: i32,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const r = item / parts;
    const own = stats + <usize>r * STATS;
    const from = (item - r * parts) * partSize;
    const o = (<usize>r * <usize>cols + from) << 2;
    const w = weightAt(weight, from);
    const b = weightAt(bias, from);
    const n = min(partSize, cols - from);
    normalizeRow(y + o, x + o, w, b, n, meanOf(own), rstdOf(own));
  }
}

/** sums [rows, parts, 2] = (Σw·dy, Σw·dy·x̂) of each part of each row. Range: rows × parts. */
export function layerNormSums(
  sums: usize,
  dy: usize,
  x: usize,
  stats: usize,
  weight: usize,
  cols: i32,
  partSize: i32,
  parts: i32,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const r = item / parts;
    const own = stats + <usize>r * STATS;
    const from = (item - r * parts) * partSize;
    const o = (<usize>r * <usize>cols + from) << 2;
    const n = min(partSize, cols - from);
    const w = weightAt(weight, from);
    const sum = rowSums(dy + o, x + o, w, n, meanOf(own), rstdOf(own));
    v128.store(sums + ((<usize>item) << 4), sum);
  }
}

/**
 * dx (0: not wanted), dweight and dbias (both or neither 0) down the columns of a part, from the sums of layerNormSums.
 * Range: parts.
 */
export function layerNormColumns(
  dx: usize,
  dweight: usize,
  dbias: usize,
  dy: usize,
  x: usize,
  stats: usize,
  sums: usize,
  weight: usize,
  rows: i32,
  cols: i32,
  partSize: i32,
  parts: i32,
  centre: i32,
  begin: i32,
  end: i32,
): void {
  for (let part = begin; part < end; part++) {
    const from = part * partSize;
    const column = (<usize>from) << 2;
    const n = min(partSize, cols - from);
    const w = weightAt(weight, from);
    for (let r = 0; dx && r < rows; r++) {
      const own = stats + <usize>r * STATS;
      const o = ((<usize>r * <usize>cols) << 2) + column;
      let sum: v128 = f64x2.splat(0);
      for (let i = 0; i < parts; i++) {
        sum = f64x2.add(sum, v128.load(sums + ((<usize>(r * parts + i)) << 4)));
      }
      const m1 = centre ? f64x2.extract_lane(sum, 0) / <f64>cols : 0;
      const m2 = f64x2.extract_lane(sum, 1) / <f64>cols;
      rowGradient(dx + o, dy + o, x + o, w, n, meanOf(own), rstdOf(own), m1, m2);
    }
    if (!dweight) continue;
    const step = (<usize>cols) << 2;
    const dw = dweight + column;
    parameterGradients(dw, dbias + column, dy + column, x + column, stats, rows, step, n);
  }
}
