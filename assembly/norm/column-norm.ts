// The first and last steps of channel-norm-parts.ts where the channels are the last axis: x [samples, length, cols],
// whose columns are the planes p = sample · cols + c. The merging steps between them are in that file and serve both
// layouts. An item is a part of the rows of a sample by a block of `width` columns,
// (sample · parts + part) · blocks + block. Scratch: 56 bytes for each column of the width, and a vector.

import { activate, activateBack } from "../lib/activate";
import { Activation } from "../lib/codes";
import { momentsOfColumns, rowBytes } from "../lib/column-moments";
import { gradientColumns, normalizeColumns, sumColumns } from "../lib/column-norm";
import { STATS } from "../lib/moments";
import { word } from "../lib/plan";
import { setOf } from "../lib/sets";
import { CHANNELS, COLS, LENGTH, PART_SIZE, PARTS, PLANE_STEP, RUNS, WIDTH } from "./channel-plan";

/** @host Bytes of scratch of each of these kernels: statistics and sums of the columns, four rows and a vector. */
export function columnScratch(width: i32): usize {
  return width * (STATS + 16) + 4 * rowBytes(width) + 16;
}

function blocksOf(cols: i32, width: i32): i32 {
  return (cols + width - 1) / width;
}

/** The item's first column. */
function columnOf(item: i32, cols: i32, width: i32): i32 {
  return (item % blocksOf(cols, width)) * width;
}

/** The item's first plane. */
function planeOf(item: i32, cols: i32, width: i32, parts: i32): i32 {
  const sample = item / (blocksOf(cols, width) * parts);
  return sample * cols + columnOf(item, cols, width);
}

function partOf(item: i32, cols: i32, width: i32, parts: i32): i32 {
  return (item / blocksOf(cols, width)) % parts;
}

/** Bytes before the item's first element. */
function offsetOf(item: i32, length: i32, cols: i32, width: i32, size: i32, parts: i32): usize {
  const sample: usize = item / (blocksOf(cols, width) * parts);
  const row = sample * length + partOf(item, cols, width, parts) * size;
  return (row * cols + columnOf(item, cols, width)) << 2;
}

/** Copies what the sets of the item's n planes have (`size` bytes each) to `to`, one after the other. */
function copyOfSets(
  to: usize,
  sets: usize,
  size: usize,
  first: i32,
  runs: i32,
  planeStep: i32,
  n: i32,
): usize {
  for (let c = 0; c < n; c++) {
    const from = sets + <usize>setOf(first + c, runs, planeStep) * size;
    memory.copy(to + <usize>c * size, from, size);
  }
  return to;
}

/** The address of the weight of plane `first`; 0 stays 0. */
function atPlane(weight: usize, first: i32, channels: i32): usize {
  return weight ? weight + ((<usize>(first % channels)) << 2) : 0;
}

/** Elements of a piece, which stays in cache between the norm and the activation. */
const PIECE: i32 = 16384;

/** y = f(z) with z = (x − mean)·rstd·w + b, or with dy y = f′(z)·dy; f the activation. */
function normalizeActivated(
  activation: Activation,
  y: usize,
  dy: usize,
  x: usize,
  stats: usize,
  w: usize,
  b: usize,
  rows: i32,
  step: usize,
  n: i32,
  scratch: usize,
): void {
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

/** partials [planes, parts, 2] = (mean, variance) of each part of each column. */
export function columnMoments(
  partials: usize,
  x: usize,
  plan: usize,
  eps: f64,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const length = word(plan, LENGTH);
  const cols = word(plan, COLS);
  const width = word(plan, WIDTH);
  const partSize = word(plan, PART_SIZE);
  const parts = word(plan, PARTS);
  const step = (<usize>cols) << 2;
  for (let item = begin; item < end; item++) {
    const part = partOf(item, cols, width, parts);
    const first: usize = planeOf(item, cols, width, parts);
    const rows = min(partSize, length - part * partSize);
    const n = min(width, cols - columnOf(item, cols, width));
    const o = offsetOf(item, length, cols, width, partSize, parts);
    const out = partials + ((first * parts + part) << 4);
    momentsOfColumns(out, (<usize>parts) << 4, x + o, rows, step, n, true, eps, scratch);
  }
}

/** y = f((x − mean)·rstd·weight + bias) with the given stats [sets, 3], f the activation. */
export function columnNormalize(
  y: usize,
  stats: usize,
  x: usize,
  weight: usize,
  bias: usize,
  plan: usize,
  activation: Activation,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const runs = word(plan, RUNS);
  const planeStep = word(plan, PLANE_STEP);
  const length = word(plan, LENGTH);
  const channels = word(plan, CHANNELS);
  const cols = word(plan, COLS);
  const width = word(plan, WIDTH);
  const partSize = word(plan, PART_SIZE);
  const parts = word(plan, PARTS);
  const step = (<usize>cols) << 2;
  for (let item = begin; item < end; item++) {
    const first = planeOf(item, cols, width, parts);
    const rows = min(partSize, length - partOf(item, cols, width, parts) * partSize);
    const n = min(width, cols - columnOf(item, cols, width));
    const o = offsetOf(item, length, cols, width, partSize, parts);
    const own = copyOfSets(scratch, stats, STATS, first, runs, planeStep, n);
    const w = atPlane(weight, first, channels);
    const b = atPlane(bias, first, channels);
    const rest = scratch + <usize>width * STATS;
    normalizeActivated(activation, y + o, 0, x + o, own, w, b, rows, step, n, rest);
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
  plan: usize,
  activation: Activation,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const runs = word(plan, RUNS);
  const planeStep = word(plan, PLANE_STEP);
  const length = word(plan, LENGTH);
  const channels = word(plan, CHANNELS);
  const cols = word(plan, COLS);
  const width = word(plan, WIDTH);
  const partSize = word(plan, PART_SIZE);
  const parts = word(plan, PARTS);
  const step = (<usize>cols) << 2;
  const apart = (<usize>parts) << 4;
  for (let item = begin; item < end; item++) {
    const part = partOf(item, cols, width, parts);
    const first = planeOf(item, cols, width, parts);
    const rows = min(partSize, length - part * partSize);
    const n = min(width, cols - columnOf(item, cols, width));
    const o = offsetOf(item, length, cols, width, partSize, parts);
    const out = sums + <usize>first * apart + ((<usize>part) << 4);
    const own = copyOfSets(scratch, stats, STATS, first, runs, planeStep, n);
    const rest = scratch + <usize>width * STATS;
    const g = (activation ? dz : dy) + o;
    if (activation) {
      const w = atPlane(weight, first, channels);
      const b = atPlane(bias, first, channels);
      normalizeActivated(activation, g, dy + o, x + o, own, w, b, rows, step, n, rest);
    }
    sumColumns(out, apart, g, x + o, own, 0, rows, step, n, rest);
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
  plan: usize,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const runs = word(plan, RUNS);
  const planeStep = word(plan, PLANE_STEP);
  const length = word(plan, LENGTH);
  const channels = word(plan, CHANNELS);
  const cols = word(plan, COLS);
  const width = word(plan, WIDTH);
  const partSize = word(plan, PART_SIZE);
  const parts = word(plan, PARTS);
  const step = (<usize>cols) << 2;
  for (let item = begin; item < end; item++) {
    const first = planeOf(item, cols, width, parts);
    const rows = min(partSize, length - partOf(item, cols, width, parts) * partSize);
    const n = min(width, cols - columnOf(item, cols, width));
    const o = offsetOf(item, length, cols, width, partSize, parts);
    const own = copyOfSets(scratch, stats, STATS, first, runs, planeStep, n);
    const after = scratch + <usize>width * STATS;
    const rest = after + ((<usize>width) << 4);
    const w = atPlane(weight, first, channels);
    if (means) {
      const back = copyOfSets(after, means, 16, first, runs, planeStep, n);
      gradientColumns(dx + o, dy + o, x + o, own, back, w, 0, rows, step, n, rest);
    } else {
      for (let c = 0; c < n; c++) store<f64>(own + <usize>c * STATS, 0); // the mean: x has no part in this
      normalizeColumns(dx + o, dy + o, own, w, 0, 0, 0, rows, step, n, rest);
    }
  }
}
