import { interleave4 } from "../product/gemm-pack";
import { ConvPlan } from "./conv-plan";

// A patch becomes panels of 8 columns: pixels in convolutions, (channel, tap) in the gradient of the weight.

/**
 * dst[k][8] = four pixels of the patch from `left` on and four from `right` on, moved by channel and tap k of `depth`.
 * The loop over channels is around the loop over taps. One loop over the list of all offsets, as below, takes 40 %
 * longer for a layer of 3 channels.
 */
function gatherRuns(dst: usize, left: usize, right: usize, plan: ConvPlan, depth: i32): void {
  const taps = plan.offsetList;
  const lastTap = taps + ((<usize>plan.taps) << 2);
  const pitch = (<usize>plan.channelPitch) << 2;
  const apart = right - left;
  for (const end = dst + ((<usize>depth) << 5); dst < end; left += pitch) {
    for (let tap = taps; tap < lastTap; tap += 4, dst += 32) {
      const p = left + <usize>load<i32>(tap);
      v128.store(dst, v128.load(p));
      v128.store(dst, v128.load(p + apart), 16);
    }
  }
}

/** dst[k][4 of 8] = single pixels of the patch at p0 … p3, moved by offset k of `depth`. */
function gatherSingles(
  dst: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  offsets: usize,
  depth: i32,
): void {
  for (const end = offsets + ((<usize>depth) << 2); offsets < end; offsets += 4, dst += 32) {
    const o = <usize>load<i32>(offsets);
    let v = v128.load32_zero(p0 + o);
    v = v128.load_lane<f32>(p1 + o, v, 1);
    v = v128.load_lane<f32>(p2 + o, v, 2);
    v128.store(dst, v128.load_lane<f32>(p3 + o, v, 3));
  }
}

/** A panel [depth][8] of 8 pixels: the pixels from column j on, of the first `columns` pixels of a tile. */
export function gatherPixels(
  dst: usize,
  patch: usize,
  plan: ConvPlan,
  depth: i32,
  j: i32,
  columns: i32,
  height: i32,
): void {
  const width = plan.width;
  const offsets = plan.offsetList;
  if (width % 4 === 0 && j + 8 <= columns) {
    const left = patch + patchOffset(plan, j, height, width);
    const right = patch + patchOffset(plan, j + 4, height, width);
    gatherRuns(dst, left, right, plan, depth);
    return;
  }
  for (let h = j; h < j + 8; h += 4, dst += 16) {
    // Pixels beyond the last only fill the panel: their products are never stored.
    const p0 = patch + patchOffset(plan, min(h, columns - 1), height, width);
    const p1 = patch + patchOffset(plan, min(h + 1, columns - 1), height, width);
    const p2 = patch + patchOffset(plan, min(h + 2, columns - 1), height, width);
    const p3 = patch + patchOffset(plan, min(h + 3, columns - 1), height, width);
    gatherSingles(dst, p0, p1, p2, p3, offsets, depth);
  }
}

/** Byte offset in the patch of column j of a tile of images × height × width lattice pixels. */
function patchOffset(plan: ConvPlan, j: i32, height: i32, width: i32): usize {
  const row = j / width;
  const n = row / height;
  const y = row - n * height;
  const floats =
    <usize>n * plan.imagePitch + <usize>(y * plan.stepY) * plan.rowPitch + (j - row * width);
  return floats << 2;
}

/** A panel [pixel][8] of 8 (channel, tap) columns, over all pixels of a tile: the columns from j on. */
export function gatherTaps(
  dst: usize,
  patch: usize,
  plan: ConvPlan,
  j: i32,
  columns: i32,
  images: i32,
  height: i32,
): void {
  const width = plan.width;
  const imagePitch = (<usize>plan.imagePitch) << 2;
  const rowPitch = (<usize>(plan.rowPitch * plan.stepY)) << 2;
  const offsets = plan.offsetList;
  const last = columns - 1;
  for (let h = j; h < j + 8; h += 4, dst += 16) {
    const o0 = <usize>load<i32>(offsets + ((<usize>min(last, h)) << 2));
    const o1 = <usize>load<i32>(offsets + ((<usize>min(last, h + 1)) << 2));
    const o2 = <usize>load<i32>(offsets + ((<usize>min(last, h + 2)) << 2));
    const o3 = <usize>load<i32>(offsets + ((<usize>min(last, h + 3)) << 2));
    let to = dst;
    for (let n = 0; n < images; n++) {
      let row = patch + <usize>n * imagePitch;
      for (let y = 0; y < height; y++, row += rowPitch) {
        interleave4(to, 32, row + o0, row + o1, row + o2, row + o3, width);
        to += (<usize>width) << 5;
      }
    }
  }
}
