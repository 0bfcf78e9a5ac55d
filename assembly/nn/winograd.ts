import { multiplyPanels } from "./gemm-tile";
import { gatherTiles } from "./winograd-gather";
import { listTiles, readBands, SOURCE, spreadTiles, TILE } from "./winograd-spread";
import { pointPitch } from "./winograd-transform";

/**
 * Products summed in registers: with 64 the error stays below 1e-6 for any number of channels, 4 to 5 times that of plain sums,
 * where 256 gave 8 times at no more than 5 % less time.
 */
const DEPTH: i32 = 64;
/** Rows multiplied before they are gathered. */
const BLOCK: i32 = 32;

/**
 * Stride-1 convolution of image [images, channels, height, width] by 3×3 filters (u from `winogradWeights`), padded by 0 … 2 → out
 * [images, rows, height + 2·padY − 2, …]; bias [rows] or 0. width ≥ 4. The tiles of all images are cut into runs, each spread to 36
 * matrices [channels, tiles], multiplied and gathered while in L2.
 * Item = run·rowParts + part of the rows. Scratch: table, zeros, stage, corner, 36 spread inputs, 36 products.
 */
export function winograd(
  out: usize,
  u: usize,
  image: usize,
  bias: usize,
  images: i32,
  channels: i32,
  rows: i32,
  height: i32,
  width: i32,
  padY: i32,
  padX: i32,
  tilesPerItem: i32,
  rowsPerItem: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const outHeight = height + 2 * padY - 2;
  const outWidth = width + 2 * padX - 2;
  const across = (outWidth + 3) >> 2;
  const down = (outHeight + 3) >> 2;
  const all = images * down * across;
  const rowParts = (rows + rowsPerItem - 1) / rowsPerItem;
  const stagePitch = (<usize>(across + 1)) << 4;
  const bands = (tilesPerItem + across - 2) / across + 1;
  // Scratch: table of tiles, a row of zeros, stage, transformed input, products.
  const zeros = scratch + <usize>tilesPerItem * TILE;
  const stage = zeros + stagePitch;
  const corner = stage + <usize>(6 * bands) * stagePitch;
  const v = corner + 24 * 16;
  const vPitch = pointPitch(channels * tilesPerItem);
  const uPitch = pointPitch(((rows + 3) >> 2) * channels * 4);
  const mPitch = pointPitch(BLOCK * tilesPerItem);
  const m = v + 36 * vPitch;
  const outPlane = (<usize>(outHeight * outWidth)) << 2;
  const columnPanel = (<usize>channels) << 5;

  for (let item = begin; item < end; item++) {
    const block = item / rowParts;
    const t0 = block * tilesPerItem;
    const firstRow = (item - block * rowParts) * rowsPerItem;
    const lastRow = min(rows, firstRow + rowsPerItem);
    const t1 = min(all, t0 + tilesPerItem);
    const panels = (t1 - t0 + 7) >> 3;
    memory.fill(zeros, 0, corner - zeros);
    listTiles(scratch, stage, stagePitch, out, rows, across, down, outHeight, outWidth, t0, t1);

    for (let c = 0; c < channels; c++) {
      readBands(
        stage,
        stagePitch,
        image,
        zeros,
        channels,
        c,
        height,
        width,
        padY,
        padX,
        across,
        down,
        t0,
        t1,
        false,
      );
      let dst = v + ((<usize>c) << 5);
      for (let j = 0; j < panels; j++, dst += columnPanel) {
        let entry = scratch + <usize>(j * 8) * TILE + SOURCE;
        for (let half: usize = 0; half < 32; half += 16, entry += 4 * TILE) {
          const p0 = load<usize>(entry);
          const p1 = load<usize>(entry + TILE);
          const p2 = load<usize>(entry + 2 * TILE);
          const p3 = load<usize>(entry + 3 * TILE);
          spreadTiles(dst + half, vPitch, p0, p1, p2, p3, stagePitch, false);
        }
      }
    }

    for (let i0 = firstRow; i0 < lastRow; i0 += BLOCK) {
      const tall = min(BLOCK, lastRow - i0);
      const mPanels = (tall + 3) >> 2;
      const mColumn = (<usize>mPanels) << 7;
      const aPitch = (<usize>channels) << 4;
      for (let point: usize = 0; point < 36; point++) {
        const a = u + point * uPitch + <usize>(i0 >> 2) * aPitch;
        let b = v + point * vPitch;
        let to = m + point * mPitch;
        for (let j = 0; j < panels; j++, b += columnPanel, to += mColumn) {
          for (let from = 0; from < channels; from += DEPTH) {
            const steps = min(DEPTH, channels - from);
            const o = (<usize>from) << 4;
            multiplyPanels(to, a + o, aPitch, b + 2 * o, mPanels, steps, from === 0);
          }
        }
      }
      for (let i = 0; i < tall; i++) {
        const row = i0 + i;
        const shift: f32 = bias === 0 ? 0 : load<f32>(bias + ((<usize>row) << 2));
        const outOffset = <usize>row * outPlane;
        let from = m + ((<usize>i) << 5);
        for (let j = 0; j < panels; j++, from += mColumn) {
          const entry = scratch + <usize>(j * 8) * TILE;
          gatherTiles(outOffset, (<usize>outWidth) << 2, entry, from, mPitch, corner, shift);
          const right = entry + 4 * TILE;
          gatherTiles(outOffset, (<usize>outWidth) << 2, right, from + 16, mPitch, corner, shift);
        }
      }
    }
  }
}
