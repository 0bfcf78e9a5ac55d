import { ConvPlan } from "./conv-plan";

/** Adds the bias to a tile, raises it to `least` where it is below, and stores it: in each channel, runs of pixels. */
export function storePixels(
  out: usize,
  tiles: usize,
  bias: usize,
  least: f32,
  plan: ConvPlan,
  row: i32,
  rows: i32,
  n0: i32,
  images: i32,
  y0: i32,
  height: i32,
): void {
  const allRows = plan.groups * plan.rows;
  const plane = plan.outPlane;
  const step = (<usize>plan.outX) << 2;
  const width = plan.width;
  // Lattice rows that follow each other in the output are one run.
  const joined = step === 4 && plan.outY === width;
  const runs = joined ? 1 : height;
  const length = joined ? height * width : width;
  const columnPitch = (<usize>((rows + 3) / 4)) << 7;
  const first = plan.outFirst + y0 * plan.outY;
  for (let i = 0; i < rows; i++) {
    const shift: f32 = bias === 0 ? 0 : load<f32>(bias + ((<usize>i) << 2));
    const tile = tiles + ((<usize>i) << 5);
    let j = 0;
    for (let n = n0; n < n0 + images; n++) {
      let at = (n * allRows + row + i) * plane + first;
      for (let run = 0; run < runs; run++, j += length, at += plan.outY) {
        storeRun(out + ((<usize>at) << 2), step, tile, columnPitch, j, length, shift, least);
      }
    }
  }
}

/** to[k·step] = max(row[j + k] + shift, least), for a row of the tile. */
function storeRun(
  to: usize,
  step: usize,
  tile: usize,
  columnPitch: usize,
  j: i32,
  length: i32,
  shift: f32,
  least: f32,
): void {
  const floor4 = f32x4.splat(least);
  const end = j + length;
  const shift4 = f32x4.splat(shift);
  if (step === 4 && (j & 7) === 0) {
    let from = tile + <usize>(j >> 3) * columnPitch;
    for (; j + 8 <= end; j += 8, to += 32, from += columnPitch) {
      v128.store(to, f32x4.max(f32x4.add(v128.load(from), shift4), floor4));
      v128.store(to, f32x4.max(f32x4.add(v128.load(from, 16), shift4), floor4), 16);
    }
  } else if ((j & 3) === 0) {
    for (; j + 4 <= end; j += 4, to += step << 2) {
      const from = tile + <usize>(j >> 3) * columnPitch + ((<usize>(j & 4)) << 2);
      const v = f32x4.max(f32x4.add(v128.load(from), shift4), floor4);
      v128.store_lane<f32>(to, v, 0);
      v128.store_lane<f32>(to + step, v, 1);
      v128.store_lane<f32>(to + 2 * step, v, 2);
      v128.store_lane<f32>(to + 3 * step, v, 3);
    }
  }
  for (; j < end; j++, to += step) {
    const from = tile + <usize>(j >> 3) * columnPitch + ((<usize>(j & 7)) << 2);
    store<f32>(to, max<f32>(load<f32>(from) + shift, least));
  }
}
