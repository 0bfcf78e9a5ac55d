import { ceilDiv, roundUp } from "../lib/sizes";
import { interleave4, scaleRows } from "../product/gemm-pack";
import { multiplyPanels, multiplyRow } from "../product/gemm-tile";
import { gatherPixels } from "./conv-gather";
import { readPatch } from "./conv-patch";
import { ConvPlan } from "./conv-plan";
import { storePixels } from "./conv-store";

/**
 * Packs weight[group·groupPitch + row·rowPitch + channel·channelPitch + tap] (floats) into panels of 4 output rows,
 * [group][⌈rows/4⌉][channel·taps][4]. The weight is OIHW in the forward pass; the gradient of the input takes its
 * transpose. scale [groups·rows] multiplies the rows, or is 0. Item = one panel.
 */
export function convPack(
  panels: usize,
  weight: usize,
  scale: usize,
  plan: ConvPlan,
  groupPitch: i32,
  rowPitch: i32,
  channelPitch: i32,
  begin: i32,
  end: i32,
): void {
  const rows = plan.rows;
  const channels = plan.channels;
  const taps = plan.taps;
  const perGroup = ceilDiv(rows, 4);
  let dst = panels + <usize>begin * channels * taps * 16;
  for (let item = begin; item < end; item++) {
    const group = item / perGroup;
    const i = (item - group * perGroup) * 4;
    let p0 = weight + ((<usize>(group * groupPitch + i * rowPitch)) << 2);
    // Rows beyond the last only fill the panel: their products are never stored.
    const p1 = i + 1 < rows ? (<usize>rowPitch) << 2 : 0;
    const p2 = i + 2 < rows ? (<usize>rowPitch) << 3 : 0;
    const p3 = i + 3 < rows ? <usize>rowPitch * 12 : 0;
    if (channelPitch === taps) {
      // All taps are in order, so that a row is one run.
      interleave4(dst, 16, p0, p0 + p1, p0 + p2, p0 + p3, channels * taps);
      if (scale)
        scaleRows(dst, channels * taps, scale + ((<usize>(group * rows + i)) << 2), rows - i);
      dst += (<usize>(channels * taps)) << 4;
      continue;
    }
    const start = dst;
    for (let c = 0; c < channels; c++, p0 += (<usize>channelPitch) << 2) {
      for (let t = 0; t < taps; t++, dst += 16) {
        const w = p0 + ((<usize>load<i32>(plan.tapList + ((<usize>t) << 2))) << 2);
        let v = v128.load32_zero(w);
        v = v128.load_lane<f32>(w + p1, v, 1);
        v = v128.load_lane<f32>(w + p2, v, 2);
        v128.store(dst, v128.load_lane<f32>(w + p3, v, 3));
      }
    }
    if (scale)
      scaleRows(start, channels * taps, scale + ((<usize>(group * rows + i)) << 2), rows - i);
  }
}

/**
 * Stores the products of a tile directly in their place, panel after panel of 4 rows. By way of a tile in scratch they
 * take 1.2 times as long.
 */
function storeProducts(
  out: usize,
  panels: usize,
  patch: usize,
  bias: usize,
  least: f32,
  plan: ConvPlan,
  packed: usize,
  row: i32,
  rows: i32,
  n0: i32,
  images: i32,
  y0: i32,
  height: i32,
): void {
  const width = plan.width;
  const depth = plan.channels * plan.taps;
  const plane = (<usize>plan.outPlane) << 2;
  const allRows = plan.groups * plan.rows;
  const pixels = height * width;
  const columns = images * pixels;
  const perPanel = (<usize>depth) << 5;
  let to = packed;
  for (let j = 0; j < columns; j += 8, to += perPanel) {
    gatherPixels(to, patch, plan, depth, j, columns, height);
  }
  const first = out + ((<usize>(plan.outFirst + y0 * width)) << 2);
  for (let i = 0; i < rows; i += 4, panels += (<usize>depth) << 4) {
    const shift = bias === 0 ? 0 : bias + ((<usize>i) << 2);
    let b = packed;
    for (let n = n0; n < n0 + images; n++, b += perPanel * (pixels >> 3)) {
      const at = first + <usize>(n * allRows + row + i) * plane;
      multiplyRow(at, plane, panels, b, pixels >> 3, depth, shift, least);
    }
  }
}

/** @host Bytes of scratch of `convolve`: a tile of `rows` × `columns` with `depth` channels · taps, `patch` floats. */
export function convolveScratch(
  straight: i32,
  rows: i32,
  columns: i32,
  depth: i32,
  patch: i32,
): usize {
  return straight
    ? 4 * (roundUp(patch, 16) + roundUp(columns, 8) * depth)
    : 4 * (roundUp(columns, 8) * rows + 8 * depth + patch);
}

/**
 * The convolution that a plan describes, as an implicit matrix product. Its rows are output channels (`panels` from
 * `convPack`). Its columns are the pixels of a tile, gathered block after block of channels. bias is [groups·rows] or
 * 0; what is below `least` becomes `least`. Item = ((pixel tile·groups) + group)·rowTiles + row tile. Scratch: tile, a
 * panel of pixels, patch; for a straight plan: patch, all panels of pixels.
 */
export function convolve(
  out: usize,
  panels: usize,
  image: usize,
  bias: usize,
  least: f32,
  plan: ConvPlan,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const taps = plan.taps;
  const channels = plan.channels;
  const tileChannels = plan.tileChannels;
  const rowTiles = plan.rowTiles;
  const bands = plan.bands;
  const maxColumns = roundUp(plan.tileImages * plan.tileHeight * plan.width, 8);
  const tileBytes = (<usize>(maxColumns * plan.tileRows)) << 2;
  const packed = scratch + tileBytes;
  const patchAt = packed + ((<usize>(tileChannels * taps)) << 5);
  const panelPitch = (<usize>(channels * taps)) << 4;
  const patchSize = plan.direct ? 0 : (<usize>(plan.tileImages * plan.imagePitch)) << 2;
  const patchEnd = scratch + ((patchSize + 63) & ~63);

  for (let item = begin; item < end; item++) {
    const set = item / rowTiles;
    const i0 = (item - set * rowTiles) * plan.tileRows;
    const tile = set / plan.groups;
    const group = set - tile * plan.groups;
    const n0 = (tile / bands) * plan.tileImages;
    const y0 = (tile % bands) * plan.tileHeight;
    const count = min(plan.tileImages, plan.images - n0);
    const height = min(plan.tileHeight, plan.height - y0);
    const tall = min(plan.tileRows, plan.rows - i0);
    const a = panels + <usize>(group * ceilDiv(plan.rows, 4) + i0 / 4) * panelPitch;
    const row = group * plan.rows + i0;
    const rowBias = bias === 0 ? 0 : bias + ((<usize>row) << 2);
    if (plan.straight) {
      const patch = readPatch(scratch, image, plan, group, n0, count, y0, height, 0, channels);
      storeProducts(
        out,
        a,
        patch,
        rowBias,
        least,
        plan,
        patchEnd,
        row,
        tall,
        n0,
        count,
        y0,
        height,
      );
      continue;
    }
    if (taps * channels === 0) memory.fill(scratch, 0, tileBytes);
    else {
      const columns = count * height * plan.width;
      const mPanels = ceilDiv(tall, 4);
      for (let c0 = 0; c0 < channels; c0 += tileChannels) {
        const block = min(tileChannels, channels - c0);
        const patch = readPatch(patchAt, image, plan, group, n0, count, y0, height, c0, block);
        const aBlock = a + ((<usize>(c0 * taps)) << 4);
        const depth = block * taps;
        let tiles = scratch;
        for (let j = 0; j < columns; j += 8, tiles += (<usize>mPanels) << 7) {
          gatherPixels(packed, patch, plan, depth, j, columns, height);
          multiplyPanels(tiles, aBlock, panelPitch, packed, mPanels, depth, c0 === 0);
        }
      }
    }

    storePixels(out, scratch, rowBias, least, plan, row, tall, n0, count, y0, height);
  }
}
