import { ceilDiv, roundUp } from "../lib/sizes";
import { interleave4, storeRows } from "../product/gemm-pack";
import { ANY, multiplyPanels } from "../product/gemm-tile";
import { gatherTaps } from "./conv-gather";
import { readPatch } from "./conv-patch";
import { ConvPlan } from "./conv-plan";

/** @host Bytes of scratch of `convWeightGradient`: a tile of `rows` × `columns`, `pixels` pixels, `patch` floats. */
export function convWeightGradientScratch(rows: i32, columns: i32, pixels: i32, patch: i32): usize {
  return 4 * (roundUp(columns, 8) * rows + pixels * (rows + 8) + patch);
}

/**
 * The gradient of the weight of the convolution that a forward plan describes: dw[group·rows + m][c][tap] = Σ over
 * pixels of dy·patch, a matrix product over the pixels. The tiles of pixels are cut into `parts`. dw holds one sum for
 * each part, and the host adds them up. Item = ((part·groups + group)·rowTiles + row tile)·channelTiles + channel tile.
 * Scratch: tile, panels of dy, a panel of the patch, patch.
 */
export function convWeightGradient(
  dw: usize,
  dy: usize,
  image: usize,
  plan: ConvPlan,
  parts: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const taps = plan.taps;
  const channels = plan.channels;
  const rowTiles = plan.rowTiles;
  const channelTiles = ceilDiv(channels, plan.tileChannels);
  const bands = plan.bands;
  const tiles = ceilDiv(plan.images, plan.tileImages) * bands;
  const maxColumns = roundUp(plan.tileChannels * taps, 8);
  const maxPixels = plan.tileImages * plan.tileHeight * plan.width;
  const left = scratch + ((<usize>(maxColumns * plan.tileRows)) << 2);
  const right = left + ((<usize>(maxPixels * plan.tileRows)) << 2);
  const patchAt = right + ((<usize>maxPixels) << 5);
  const allRows = plan.groups * plan.rows;
  const plane = (<usize>(plan.height * plan.width)) << 2;

  for (let item = begin; item < end; item++) {
    const set = item / channelTiles;
    const c0 = (item - set * channelTiles) * plan.tileChannels;
    const rowSet = set / rowTiles;
    const i0 = (set - rowSet * rowTiles) * plan.tileRows;
    const part = rowSet / plan.groups;
    const group = rowSet - part * plan.groups;
    const block = min(plan.tileChannels, channels - c0);
    const columns = block * taps;
    const tall = min(plan.tileRows, plan.rows - i0);
    const mPanels = ceilDiv(tall, 4);
    const row = group * plan.rows + i0;
    const firstTile = <i32>((<i64>tiles * part) / parts);
    const lastTile = <i32>((<i64>tiles * (part + 1)) / parts);

    for (let tile = firstTile; tile < lastTile; tile++) {
      const n0 = (tile / bands) * plan.tileImages;
      const y0 = (tile % bands) * plan.tileHeight;
      const count = min(plan.tileImages, plan.images - n0);
      const height = min(plan.tileHeight, plan.height - y0);
      const run = height * plan.width;
      const pixels = count * run;
      const from = dy + <usize>(n0 * allRows + row) * plane + ((<usize>(y0 * plan.width)) << 2);
      for (let i = 0; i < tall; i += 4) {
        let dst = left + ((<usize>(i * pixels)) << 2);
        for (let n = 0; n < count; n++, dst += (<usize>run) << 4) {
          const src = from + <usize>(n * allRows + i) * plane;
          const p1 = i + 1 < tall ? src + plane : src;
          const p2 = i + 2 < tall ? src + 2 * plane : src;
          const p3 = i + 3 < tall ? src + 3 * plane : src;
          interleave4(dst, 16, src, p1, p2, p3, run);
        }
      }
      const patch = readPatch(patchAt, image, plan, group, n0, count, y0, height, c0, block);
      let to = scratch;
      for (let j = 0; j < columns; j += 8, to += (<usize>mPanels) << 7) {
        gatherTaps(right, patch, plan, j, columns, count, height);
        multiplyPanels(to, left, (<usize>pixels) << 4, right, mPanels, pixels, tile === firstTile);
      }
    }
    const size = <usize>allRows * channels * taps;
    const to = dw + ((part * size + <usize>row * channels * taps + c0 * taps) << 2);
    storeRows(to, (<usize>(channels * taps)) << 2, scratch, 0, ANY, tall, columns);
  }
}
