import { WinogradKind } from "../lib/codes";
import { ceilDiv } from "../lib/sizes";
import { multiplyInBlocks } from "../product/gemm-tile";
import { gatherTiles } from "./winograd-gather";
import { CORNER, DEPTH, lastPoint, pointPitch, pointsOf, stepOf } from "./winograd-kind";
import { WinogradPlan } from "./winograd-plan";
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
  plan: WinogradPlan,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const kind = plan.kind;
  const channels = plan.channels;
  const points = pointsOf(kind);
  const all = plan.images * plan.down * plan.across;
  const rowParts = ceilDiv(plan.rows, plan.rowsPerItem);
  const stagePitch = stagePitchOf(stepOf(kind), plan.across);
  const bandPitch = <usize>points * stagePitch;
  const zeros = scratch + <usize>plan.tilesPerItem * TILE;
  const stage = zeros + stagePitch;
  const corner = stage + <usize>bandsOf(plan.tilesPerItem, plan.across) * bandPitch;
  const v = corner + CORNER;
  const vPitch = pointPitch(channels * plan.tilesPerItem);
  const uPitch = pointPitch(((plan.rows + 3) >> 2) * channels * 4);
  const mPitch = pointPitch(BLOCK * plan.tilesPerItem);
  const m = v + <usize>(points * points) * vPitch;
  const outRow = (<usize>plan.outWidth) << 2;
  const outPlane = outRow * plan.outHeight;
  const columnPanel = (<usize>channels) << 5;
  const aPitch = (<usize>channels) << 4;

  for (let item = begin; item < end; item++) {
    const block = item / rowParts;
    const firstRow = (item - block * rowParts) * plan.rowsPerItem;
    const lastRow = min(plan.rows, firstRow + plan.rowsPerItem);
    const t0 = block * plan.tilesPerItem;
    const t1 = min(all, t0 + plan.tilesPerItem);
    const panels = (t1 - t0 + 7) >> 3;
    memory.fill(zeros, 0, corner - zeros);
    listStaged(scratch, stage, bandPitch, stepOf(kind), plan.across, t0, t0 + panels * 8);
    listOutputs(scratch, out, plan, t0, t1);
    for (let c = 0; c < channels; c++) {
      readBands(plan, false, stage, stagePitch, image, zeros, c, t0, t1, corner);
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
