import { word } from "../lib/plan";
import { roundUp } from "../lib/sizes";
import { interleave4, storeRows } from "../product/gemm-pack";
import { ANY, multiplyPanels } from "../product/gemm-tile";
import { gatherTaps } from "./conv-gather";
import { readPatch } from "./conv-patch";
import {
  CHANNELS,
  GROUPS,
  HEIGHT,
  IMAGES,
  ROWS,
  TAPS,
  TILE_CHANNELS,
  TILE_HEIGHT,
  TILE_IMAGES,
  TILE_ROWS,
  WIDTH,
} from "./conv-plan";

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
  plan: usize,
  parts: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const images = word(plan, IMAGES);
  const groups = word(plan, GROUPS);
  const rows = word(plan, ROWS);
  const channels = word(plan, CHANNELS);
  const taps = word(plan, TAPS);
  const lattice = word(plan, HEIGHT);
  const width = word(plan, WIDTH);
  const tileImages = word(plan, TILE_IMAGES);
  const tileHeight = word(plan, TILE_HEIGHT);
  const tileRows = word(plan, TILE_ROWS);
  const tileChannels = word(plan, TILE_CHANNELS);
  const rowTiles = (rows + tileRows - 1) / tileRows;
  const channelTiles = (channels + tileChannels - 1) / tileChannels;
  const bands = (lattice + tileHeight - 1) / tileHeight;
  const tiles = ((images + tileImages - 1) / tileImages) * bands;
  const maxColumns = <usize>((tileChannels * taps + 7) & ~7);
  const maxPixels = <usize>(tileImages * tileHeight * width);
  const left = scratch + ((maxColumns * tileRows) << 2);
  const right = left + ((maxPixels * tileRows) << 2);
  const patchAt = right + (maxPixels << 5);
  const plane = lattice * width;

  for (let item = begin; item < end; item++) {
    const set = item / channelTiles;
    const c0 = (item - set * channelTiles) * tileChannels;
    const rowSet = set / rowTiles;
    const i0 = (set - rowSet * rowTiles) * tileRows;
    const part = rowSet / groups;
    const group = rowSet - part * groups;
    const block = min(tileChannels, channels - c0);
    const columns = block * taps;
    const tall = min(tileRows, rows - i0);
    const mPanels = (tall + 3) / 4;
    const row = group * rows + i0;
    const firstTile = <i32>((<i64>tiles * part) / parts);
    const lastTile = <i32>((<i64>tiles * (part + 1)) / parts);

    for (let tile = firstTile; tile < lastTile; tile++) {
      const n0 = (tile / bands) * tileImages;
      const y0 = (tile % bands) * tileHeight;
      const count = min(tileImages, images - n0);
      const height = min(tileHeight, lattice - y0);
      const pixels = count * height * width;
      for (let i = 0; i < tall; i += 4) {
        let dst = left + ((<usize>(i * pixels)) << 2);
        for (let n = 0; n < count; n++) {
          const src =
            dy + ((<usize>((n0 + n) * groups * rows + row + i) * plane + y0 * width) << 2);
          const pitch = (<usize>plane) << 2;
          const p1 = i + 1 < tall ? src + pitch : src;
          const p2 = i + 2 < tall ? src + 2 * pitch : src;
          const p3 = i + 3 < tall ? src + 3 * pitch : src;
          interleave4(dst, 16, src, p1, p2, p3, height * width);
          dst += (<usize>(height * width)) << 4;
        }
      }
      const patch = readPatch(patchAt, image, plan, group, n0, count, y0, height, c0, block);
      let to = scratch;
      for (let j = 0; j < columns; j += 8, to += (<usize>mPanels) << 7) {
        gatherTaps(right, patch, plan, j, columns, count, height);
        multiplyPanels(to, left, (<usize>pixels) << 4, right, mPanels, pixels, tile === firstTile);
      }
    }
    const size = <usize>(groups * rows) * channels * taps;
    const to = dw + ((part * size + <usize>row * channels * taps + c0 * taps) << 2);
    storeRows(to, (<usize>(channels * taps)) << 2, scratch, 0, ANY, tall, columns);
  }
}
