// The levels, from which the verdicts on tiles are made: sums and maxima over all channels of an input.

import { greater } from "../lib/simd";
import { tallOf, wideOf } from "./winograd-kind";
import { WinogradPlan } from "./winograd-plan";

/** Adds a row of four channels to the sums and the maxima. */
function addFour(to: usize, apart: usize, from: usize, plane: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 16, to += 16) {
    const a = f32x4.abs(v128.load(from));
    const b = f32x4.abs(v128.load(from + plane));
    const c = f32x4.abs(v128.load(from + 2 * plane));
    const d = f32x4.abs(v128.load(from + 3 * plane));
    const sum = f32x4.add(f32x4.add(v128.load(to), a), b);
    v128.store(to, f32x4.add(f32x4.add(sum, c), d));
    const most = greater(greater(a, b), greater(c, d));
    v128.store(to + apart, greater(v128.load(to + apart), most));
  }
}

function addOne(to: usize, apart: usize, from: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 16, to += 16) {
    const a = f32x4.abs(v128.load(from));
    v128.store(to, f32x4.add(v128.load(to), a));
    v128.store(to + apart, greater(v128.load(to + apart), a));
  }
}

/**
 * Sums the last four columns, where a row is no multiple of four. Some of them had their sums before, and get the same
 * again.
 */
function sumEdge(to: usize, apart: usize, from: usize, plane: usize, channels: i32): void {
  let sum: v128 = f32x4.splat(0);
  let most = sum;
  for (let c = 0; c < channels; c++, from += plane) {
    const a = f32x4.abs(v128.load(from));
    sum = f32x4.add(sum, a);
    most = greater(most, a);
  }
  v128.store(to, sum);
  v128.store(to + apart, most);
}

/** Floats of levels that are added up before the next rows: 16 KB with their maxima, half of L1. */
const BLOCK: i32 = 2048;

/**
 * levels [2][images][tall][wide] = the sum and the maximum of |x| over the channels of planes
 * [images, channels, height, width], with the padding of the planes. Item = a row.
 */
export function winogradLevels(
  levels: usize,
  planes: usize,
  plan: WinogradPlan,
  begin: i32,
  end: i32,
): void {
  const channels = plan.channels;
  const height = plan.height;
  const pitch = plan.levelPitch;
  const wide = wideOf(plan.kind, plan.across);
  const tall = tallOf(plan.kind, plan.down);
  const apart = plan.levelPlane * plan.images;
  const line = (<usize>plan.width) << 2;
  const plane = line * height;
  const columns = min(plan.width, wide - plan.padX);
  const whole = (<usize>(columns & ~3)) << 2;
  const block = max(1, BLOCK / wide);
  for (let item = begin; item < end; ) {
    const n = item / tall;
    const rows = min(min(end, (n + 1) * tall) - item, block);
    const bytes = pitch * rows;
    const to = levels + pitch * item;
    memory.fill(to, 0, bytes);
    memory.fill(to + apart, 0, bytes);
    const above = item - n * tall - plan.padY;
    const first = max(above, 0);
    const last = min(above + rows, height);
    const at = to + pitch * (first - above) + ((<usize>plan.padX) << 2);
    const from = planes + plane * (n * channels) + line * first;
    // Some channels of several rows are read at a time. They lie in a row, so that they are read at the speed of
    // memory. To read a pixel of all channels, with the sums in registers, took 2.5 times as long: each four values
    // were in another page.
    let c = 0;
    let planeOf = from;
    for (; c + 4 <= channels; c += 4, planeOf += 4 * plane)
      for (let y = 0; y < last - first; y++)
        addFour(at + pitch * y, apart, planeOf + line * y, plane, whole);
    for (; c < channels; c++, planeOf += plane)
      for (let y = 0; y < last - first; y++)
        addOne(at + pitch * y, apart, planeOf + line * y, whole);
    if (columns & 3) {
      const edge = (<usize>(columns - 4)) << 2;
      for (let y = 0; y < last - first; y++)
        sumEdge(at + pitch * y + edge, apart, from + line * y + edge, plane, channels);
    }
    item += rows;
  }
}
