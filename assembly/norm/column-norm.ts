// The first and last steps of channel-norm-parts.ts where the channels are the last axis: x [samples, length, cols],
// whose columns are the planes p = sample · cols + c. The merging steps between them are in that file and serve both
// layouts. An item is a part of the rows of a sample by a block of `width` columns,
// (sample · parts + part) · blocks + block. Scratch: 64 bytes, 56 for each column of the width, and a vector.

import { activate, activateBack } from "../lib/activate";
import { Activation } from "../lib/codes";
import { momentsOfColumns, rowBytes } from "../lib/column-moments";
import { gradientColumns, normalizeColumns, sumColumns } from "../lib/column-norm";
import { STATS } from "../lib/moments";
import { ceilDiv } from "../lib/sizes";
import { ChannelPlan } from "./channel-plan";

/**
 * @host Bytes of scratch of each of these kernels: a block, statistics and sums of the columns, four rows, a vector.
 */
export function columnScratch(width: i32): usize {
  return 64 + width * (STATS + 16) + 4 * rowBytes(width) + 16;
}

/** What an item is. It lies at the start of the scratch. */
@unmanaged
class Block {
  rows: i32;
  cols: i32;
  /** Its first plane. */
  plane: i32;
  /** Bytes before its first element, and before its numbers in a buffer [planes, parts, 2]. */
  offset: usize;
  partial: usize;
  /** The statistics of its columns, and the scratch behind them. */
  stats: usize;
  rest: usize;
}

/** The block of an item. What is left of the scratch begins 64 bytes behind it. */
function blockOf(scratch: usize, plan: ChannelPlan, item: i32): Block {
  const block = changetype<Block>(scratch);
  const blocks = ceilDiv(plan.cols, plan.width);
  const set = item / blocks;
  const column = (item - set * blocks) * plan.width;
  const sample = set / plan.parts;
  const row = plan.fromOf(set, sample);
  block.rows = plan.sizeOf(row);
  block.cols = min(plan.width, plan.cols - column);
  block.plane = sample * plan.cols + column;
  block.offset = ((<usize>sample * plan.length + row) * plan.cols + column) << 2;
  block.partial = (<usize>block.plane * plan.parts + (set - sample * plan.parts)) << 4;
  return block;
}

/**
 * Copies what the sets of the block's planes have (`size` bytes each) to `to`, one after the other. By words:
 * memory.copy is a call out of wasm, and cost 4 % of a batch norm of [64, 16] in evaluation.
 */
function copyOfSets(to: usize, sets: usize, size: usize, plan: ChannelPlan, block: Block): usize {
  const first = block.plane;
  const n = block.cols;
  for (let c = 0; c < n; c++) {
    const own = to + <usize>c * size;
    const from = sets + <usize>plan.setOf(first + c) * size;
    for (let o: usize = 0; o < size; o += 8) store<f64>(own + o, load<f64>(from + o));
  }
  return to;
}

/** The block of an item, with the statistics of its columns. */
function blockWith(stats: usize, scratch: usize, plan: ChannelPlan, item: i32): Block {
  const block = blockOf(scratch, plan, item);
  block.stats = copyOfSets(scratch + 64, stats, STATS, plan, block);
  block.rest = block.stats + <usize>plan.width * STATS;
  return block;
}

/** The address of the weight of the block's first plane; 0 stays 0. */
function weightOf(weight: usize, plan: ChannelPlan, block: Block): usize {
  return weight ? weight + ((<usize>(block.plane % plan.channels)) << 2) : 0;
}

/** Bytes from a row to the next. */
function stepOf(plan: ChannelPlan): usize {
  return (<usize>plan.cols) << 2;
}

/** Elements of a piece, which stays in cache between the norm and the activation. */
const PIECE: i32 = 16384;

/** y = f(z) with z = (x − mean)·rstd·weight + bias, or with dy y = f′(z)·dy; f the activation. */
function normalizeActivated(
  activation: Activation,
  y: usize,
  dy: usize,
  x: usize,
  weight: usize,
  bias: usize,
  plan: ChannelPlan,
  block: Block,
): void {
  const w = weightOf(weight, plan, block);
  const b = weightOf(bias, plan, block);
  const n = block.cols;
  const rows = block.rows;
  const step = stepOf(plan);
  const size = activation ? max(1, PIECE / n) : rows;
  for (let from = 0; from < rows; from += size) {
    const o = <usize>from * step;
    const count = min(size, rows - from);
    normalizeColumns(y + o, x + o, block.stats, w, b, 0, 0, count, step, n, block.rest);
    for (let r = 0, p = o; activation && r < count; r++, p += step) {
      if (dy) activateBack(activation, y + p, dy + p, n);
      else activate(activation, y + p, n);
    }
  }
}

/** partials [planes, parts, 2] = (mean, variance) of each part of each column. */
export function columnMoments(
  partials: usize,
  x: usize,
  plan: ChannelPlan,
  eps: f64,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const apart = (<usize>plan.parts) << 4;
  const step = stepOf(plan);
  for (let item = begin; item < end; item++) {
    const block = blockOf(scratch, plan, item);
    const out = partials + block.partial;
    const from = x + block.offset;
    const n = block.cols;
    momentsOfColumns(out, apart, from, block.rows, step, n, true, eps, scratch + 64);
  }
}

/** y = f((x − mean)·rstd·weight + bias) with the given stats [sets, 3], f the activation. */
export function columnNormalize(
  y: usize,
  stats: usize,
  x: usize,
  weight: usize,
  bias: usize,
  plan: ChannelPlan,
  activation: Activation,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const block = blockWith(stats, scratch, plan, item);
    const o = block.offset;
    normalizeActivated(activation, y + o, 0, x + o, weight, bias, plan, block);
  }
}

/** sums [planes, parts, 2] = (Σdz, Σdz·x̂) of each part of each column, dz as in channelGradientSums. */
export function columnGradientSums(
  sums: usize,
  dz: usize,
  dy: usize,
  x: usize,
  stats: usize,
  weight: usize,
  bias: usize,
  plan: ChannelPlan,
  activation: Activation,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const apart = (<usize>plan.parts) << 4;
  for (let item = begin; item < end; item++) {
    const block = blockWith(stats, scratch, plan, item);
    const o = block.offset;
    const g = (activation ? dz : dy) + o;
    if (activation) normalizeActivated(activation, g, dy + o, x + o, weight, bias, plan, block);
    const out = sums + block.partial;
    const step = stepOf(plan);
    sumColumns(out, apart, g, x + o, block.stats, 0, block.rows, step, block.cols, block.rest);
  }
}

/** dx from the means [sets, 2] of those sums. Without them (0: the statistics are constants) dx = w·rstd·dy. */
export function columnGradient(
  dx: usize,
  dy: usize,
  x: usize,
  stats: usize,
  means: usize,
  weight: usize,
  plan: ChannelPlan,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const step = stepOf(plan);
  for (let item = begin; item < end; item++) {
    const block = blockWith(stats, scratch, plan, item);
    const o = block.offset;
    const own = block.stats;
    const w = weightOf(weight, plan, block);
    const rows = block.rows;
    const n = block.cols;
    if (means) {
      const back = copyOfSets(block.rest, means, 16, plan, block);
      const rest = back + ((<usize>plan.width) << 4);
      gradientColumns(dx + o, dy + o, x + o, own, back, w, 0, rows, step, n, rest);
    } else {
      for (let c = 0; c < n; c++) store<f64>(own + <usize>c * STATS, 0); // the mean: x has no part in this
      normalizeColumns(dx + o, dy + o, own, w, 0, 0, 0, rows, step, n, block.rest);
    }
  }
}
