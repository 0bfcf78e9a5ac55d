import { WinogradKind } from "../lib/codes";
import { word } from "../lib/plan";
import { multiplyInBlocks } from "../product/gemm-tile";
import { gatherTiles } from "./winograd-gather";
import { CORNER, DEPTH, lastPoint, pointPitch, pointsOf, sideOf, stepOf } from "./winograd-kind";
import {
  ACROSS,
  CHANNELS,
  DOWN,
  HEIGHT,
  IMAGES,
  OUT_HEIGHT,
  OUT_WIDTH,
  PAD_X,
  PAD_Y,
  ROWS,
  ROWS_PER_ITEM,
  TILES_PER_ITEM,
  WIDTH,
  WINOGRAD_KIND,
} from "./winograd-plan";
import { bandsOf, listOutputs, listStaged, readBands, stagePitchOf, TILE } from "./winograd-spread";
import { spreadTiles } from "./winograd-tiles";

/** How many rows are multiplied before they are gathered. */
const BLOCK: i32 = 32;

/** @host Bytes of scratch of `winograd`, for items of `tiles` tiles. */
export function winogradScratch(kind: WinogradKind, channels: i32, tiles: i32, across: i32): usize {
  return (
    tiles * TILE +
    stagePitchOf(stepOf(kind), across) * (pointsOf(kind) * bandsOf(tiles, across) + 1) +
    CORNER +
    pointsOf(kind) * pointsOf(kind) * (pointPitch(channels * tiles) + pointPitch(BLOCK * tiles))
  );
}

/**
 * Convolution of image [images, channels, height, width] by 3×3 filters (u from `winogradWeights`) → out
 * [images, rows, outHeight, outWidth]. Its kinds are in winograd-kind.ts. bias is [rows] or 0; what is below `least`
 * becomes `least`. pad: zeros before the first row and column. width ≥ 4. The tiles of all images are cut into runs.
 * Each run is spread to points² matrices [channels, tiles], multiplied by the 36 of u, and gathered while it is in L2.
 * Item = run·rowParts + part of the rows. Scratch: table, zeros, stage, corner, spread inputs, products.
 */
export function winograd(
  out: usize,
  u: usize,
  image: usize,
  bias: usize,
  least: f32,
  plan: usize,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const kind = word(plan, WINOGRAD_KIND);
  const images = word(plan, IMAGES);
  const channels = word(plan, CHANNELS);
  const rows = word(plan, ROWS);
  const height = word(plan, HEIGHT);
  const width = word(plan, WIDTH);
  const outHeight = word(plan, OUT_HEIGHT);
  const outWidth = word(plan, OUT_WIDTH);
  const padY = word(plan, PAD_Y);
  const padX = word(plan, PAD_X);
  const tilesPerItem = word(plan, TILES_PER_ITEM);
  const rowsPerItem = word(plan, ROWS_PER_ITEM);
  const points = pointsOf(kind);
  const side = sideOf(kind);
  const across = word(plan, ACROSS);
  const down = word(plan, DOWN);
  const all = images * down * across;
  const rowParts = (rows + rowsPerItem - 1) / rowsPerItem;
  const stagePitch = stagePitchOf(stepOf(kind), across);
  const bands = bandsOf(tilesPerItem, across);
  const zeros = scratch + <usize>tilesPerItem * TILE;
  const stage = zeros + stagePitch;
  const corner = stage + <usize>(points * bands) * stagePitch;
  const v = corner + CORNER;
  const vPitch = pointPitch(channels * tilesPerItem);
  const uPitch = pointPitch(((rows + 3) >> 2) * channels * 4);
  const mPitch = pointPitch(BLOCK * tilesPerItem);
  const m = v + <usize>(points * points) * vPitch;
  const outPlane = (<usize>(outHeight * outWidth)) << 2;
  const outRow = (<usize>outWidth) << 2;
  const columnPanel = (<usize>channels) << 5;
  const aPitch = (<usize>channels) << 4;

  for (let item = begin; item < end; item++) {
    const block = item / rowParts;
    const t0 = block * tilesPerItem;
    const firstRow = (item - block * rowParts) * rowsPerItem;
    const lastRow = min(rows, firstRow + rowsPerItem);
    const t1 = min(all, t0 + tilesPerItem);
    const panels = (t1 - t0 + 7) >> 3;
    memory.fill(zeros, 0, corner - zeros);
    const filled = t0 + panels * 8;
    listStaged(scratch, stage, <usize>points * stagePitch, stepOf(kind), across, t0, filled);
    listOutputs(scratch, side, out, rows, across, down, outHeight, outWidth, t0, t1);

    for (let c = 0; c < channels; c++) {
      readBands(
        kind,
        false,
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
        corner,
      );
      let dst = v + ((<usize>c) << 5);
      let entry = scratch;
      for (let j = 0; j < panels; j++, dst += columnPanel, entry += 8 * TILE) {
        spreadTiles(kind, dst, vPitch, entry, stagePitch);
        spreadTiles(kind, dst + 16, vPitch, entry + 4 * TILE, stagePitch);
      }
    }

    for (let i0 = firstRow; i0 < lastRow; i0 += BLOCK) {
      const tall = min(BLOCK, lastRow - i0);
      const mPanels = (tall + 3) >> 2;
      const mColumn = (<usize>mPanels) << 7;
      let a = u + <usize>(i0 >> 2) * aPitch;
      for (let filter = 0; filter < 36; filter++, a += uPitch) {
        const y0 = filter / 6;
        const x0 = filter - 6 * y0;
        for (let y = y0; y < lastPoint(kind, y0); y++) {
          for (let x = x0; x < lastPoint(kind, x0); x++) {
            const point = <usize>(y * points + x);
            let b = v + point * vPitch;
            let to = m + point * mPitch;
            for (let j = 0; j < panels; j++, b += columnPanel, to += mColumn) {
              multiplyInBlocks(to, a, b, mPanels, channels, DEPTH, true);
            }
          }
        }
      }
      for (let i = 0; i < tall; i++) {
        const row = i0 + i;
        const shift: f32 = bias === 0 ? 0 : load<f32>(bias + ((<usize>row) << 2));
        const offset = <usize>row * outPlane;
        let from = m + ((<usize>i) << 5);
        let entry = scratch;
        for (let j = 0; j < panels * 2; j++, entry += 4 * TILE) {
          gatherTiles(kind, offset, outRow, entry, from, mPitch, corner, zeros, shift, least);
          from += j & 1 ? mColumn - 16 : 16;
        }
      }
    }
  }
}
