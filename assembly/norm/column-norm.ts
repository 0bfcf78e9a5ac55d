// The first and last steps of channel-norm-parts.ts where the channels are the last axis: x [samples, length, cols],
// whose columns are the planes p = sample · cols + c. The merging steps between them are in that file and serve both
// layouts. An item is a part of the rows of a sample by a block of `width` columns,
// (sample · parts + part) · blocks + block. Scratch: 56 bytes for each column of the width, and a vector.

import { activate, activateBack } from "../lib/activate";
import { Activation } from "../lib/codes";
import { momentsOfColumns, rowBytes } from "../lib/column-moments";
import { gradientColumns, normalizeColumns, sumColumns } from "../lib/column-norm";
import { STATS } from "../lib/moments";
import { ceilDiv } from "../lib/sizes";
import { ChannelPlan } from "./channel-plan";

/** @host Bytes of scratch of each of these kernels: statistics and sums of the columns, four rows and a vector. */
export function columnScratch(width: i32): usize {
  return width * (STATS + 16) + 4 * rowBytes(width) + 16;
}

/** The part of the rows that an item does, counted through all samples. */
function rowPartOf(plan: ChannelPlan, item: i32): i32 {
  return item / ceilDiv(plan.cols, plan.width);
}

/** The item's first column. */
function columnOf(plan: ChannelPlan, item: i32): i32 {
  return (item % ceilDiv(plan.cols, plan.width)) * plan.width;
}

/** How many columns the item has. */
function countOf(plan: ChannelPlan, item: i32): i32 {
  return min(plan.width, plan.cols - columnOf(plan, item));
}

/** The item's first plane. */
function planeOf(plan: ChannelPlan, item: i32): i32 {
  return (rowPartOf(plan, item) / plan.parts) * plan.cols + columnOf(plan, item);
}

/** Bytes from a row to the next. */
function stepOf(plan: ChannelPlan): usize {
  return (<usize>plan.cols) << 2;
}

/** Bytes before the item's first element. */
function offsetOf(plan: ChannelPlan, item: i32): usize {
  const part = rowPartOf(plan, item);
  const row = <usize>(part / plan.parts) * plan.length + plan.fromOf(part);
  return row * stepOf(plan) + ((<usize>columnOf(plan, item)) << 2);
}

/** Copies what the sets of the item's planes have (`size` bytes each) to `to`, one after the other. */
function copyOfSets(to: usize, sets: usize, size: usize, plan: ChannelPlan, item: i32): usize {
  const first = planeOf(plan, item);
  const n = countOf(plan, item);
  for (let c = 0; c < n; c++) {
    memory.copy(to + <usize>c * size, sets + <usize>plan.setOf(first + c) * size, size);
  }
  return to;
}

/** The address of the weight of the item's first plane; 0 stays 0. */
function weightOf(weight: usize, plan: ChannelPlan, item: i32): usize {
  return weight ? weight + ((<usize>(planeOf(plan, item) % plan.channels)) << 2) : 0;
}

/** Elements of a piece, which stays in cache between the norm and the activation. */
const PIECE: i32 = 16384;

/** y = f(z) with z = (x − mean)·rstd·weight + bias, or with dy y = f′(z)·dy; f the activation. */
function normalizeActivated(
  activation: Activation,
  y: usize,
  dy: usize,
  x: usize,
  stats: usize,
  weight: usize,
  bias: usize,
  plan: ChannelPlan,
  item: i32,
  scratch: usize,
): void {
  const w = weightOf(weight, plan, item);
  const b = weightOf(bias, plan, item);
  const n = countOf(plan, item);
  const rows = plan.sizeOf(rowPartOf(plan, item));
  const step = stepOf(plan);
  const size = activation ? max(1, PIECE / n) : rows;
  for (let from = 0; from < rows; from += size) {
    const o = <usize>from * step;
    const count = min(size, rows - from);
    normalizeColumns(y + o, x + o, stats, w, b, 0, 0, count, step, n, scratch);
    for (let r = 0, p = o; activation && r < count; r++, p += step) {
      if (dy) activateBack(activation, y + p, dy + p, n);
      else activate(activation, y + p, n);
    }
  }
}

/** Bytes before the numbers of the item's part, in a buffer [planes, parts, 2]. */
function partialOf(plan: ChannelPlan, item: i32): usize {
  const part = rowPartOf(plan, item) % plan.parts;
  return (<usize>planeOf(plan, item) * plan.parts + part) << 4;
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
  for (let item = begin; item < end; item++) {
    const out = partials + partialOf(plan, item);
    const from = x + offsetOf(plan, item);
    const rows = plan.sizeOf(rowPartOf(plan, item));
    const n = countOf(plan, item);
    momentsOfColumns(out, apart, from, rows, stepOf(plan), n, true, eps, scratch);
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
  const rest = scratch + <usize>plan.width * STATS;
  for (let item = begin; item < end; item++) {
    const own = copyOfSets(scratch, stats, STATS, plan, item);
    const o = offsetOf(plan, item);
    normalizeActivated(activation, y + o, 0, x + o, own, weight, bias, plan, item, rest);
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
  const rest = scratch + <usize>plan.width * STATS;
  for (let item = begin; item < end; item++) {
    const own = copyOfSets(scratch, stats, STATS, plan, item);
    const o = offsetOf(plan, item);
    const g = (activation ? dz : dy) + o;
    if (activation)
      normalizeActivated(activation, g, dy + o, x + o, own, weight, bias, plan, item, rest);
    const out = sums + partialOf(plan, item);
    const rows = plan.sizeOf(rowPartOf(plan, item));
    const n = countOf(plan, item);
    sumColumns(out, apart, g, x + o, own, 0, rows, stepOf(plan), n, rest);
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
  const after = scratch + <usize>plan.width * STATS;
  const rest = after + ((<usize>plan.width) << 4);
  const step = stepOf(plan);
  for (let item = begin; item < end; item++) {
    const own = copyOfSets(scratch, stats, STATS, plan, item);
    const o = offsetOf(plan, item);
    const w = weightOf(weight, plan, item);
    const rows = plan.sizeOf(rowPartOf(plan, item));
    const n = countOf(plan, item);
    if (means) {
      const back = copyOfSets(after, means, 16, plan, item);
      gradientColumns(dx + o, dy + o, x + o, own, back, w, 0, rows, step, n, rest);
    } else {
      for (let c = 0; c < n; c++) store<f64>(own + <usize>c * STATS, 0); // the mean: x has no part in this
      normalizeColumns(dx + o, dy + o, own, w, 0, 0, 0, rows, step, n, rest);
    }
  }
}
