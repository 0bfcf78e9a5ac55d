// The gradient of the filters of `winograd`, PLAIN or STRIDED: dw = Gᵀ[Σ over tiles of (A dy Aᵀ) ⊙ (Bᵀ d B)]G. It takes
// as few products as the convolution itself. The tiles are cut into chunks. Both factors of a chunk are spread, their
// products are added to the sums, and the taps are made from the sums.

import { WinogradKind } from "../lib/codes";
import { roundUp } from "../lib/sizes";
import { multiplyInBlocks } from "../product/gemm-tile";
import { narrowOuterTaps } from "./winograd-evens";
import { DEPTH, lastPoint, pointPitch, pointsOf, stepOf } from "./winograd-kind";
import { WinogradSpreadPlan } from "./winograd-plan";
import { bandsOf, listStaged, readBands, stagePitchOf, TILE } from "./winograd-spread";
import { spreadPlanes } from "./winograd-tiles";
import { narrow } from "./winograd-transform";

/** Floats of the stage from one tile to the next. */
function spreadStep(kind: WinogradKind, gradient: i32): i32 {
  return gradient ? 4 : stepOf(kind);
}

/** @host Bytes of scratch of `winogradSpread`, for `tiles` tiles. */
export function winogradSpreadScratch(
  kind: WinogradKind,
  gradient: i32,
  tiles: i32,
  across: i32,
): usize {
  return (
    tiles * TILE +
    stagePitchOf(spreadStep(kind, gradient), across) *
      (4 * pointsOf(kind) * bandsOf(tiles, across) + 1) +
    36
  );
}

/**
 * Spreads tiles t0 … t1 of planes [images, channels, height, width] to points² matrices in panels of `lanes` (4 or 8)
 * channels, to[point][⌈channels/lanes⌉][tile][lanes]. With `gradient` the planes are gradients of the outputs. pad:
 * zeros before the first row and column. across, down: tiles of an image. width ≥ 4. Item = 4 channels. Scratch: table,
 * zeros, 4 stages, 9 words.
 */
export function winogradSpread(
  to: usize,
  planes: usize,
  plan: WinogradSpreadPlan,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const kind = plan.kind;
  const gradient = plan.gradient !== 0;
  const lanes = plan.lanes;
  const t0 = plan.firstTile;
  const t1 = plan.endTile;
  const tiles = t1 - t0;
  const step = spreadStep(kind, plan.gradient);
  const stagePitch = stagePitchOf(step, plan.across);
  const bandPitch = <usize>pointsOf(kind) * stagePitch;
  const stageSize = <usize>bandsOf(tiles, plan.across) * bandPitch;
  const zeros = scratch + <usize>tiles * TILE;
  const stage = zeros + stagePitch;
  const words = stage + 4 * stageSize;
  const pitch = pointPitch(roundUp(plan.channels, lanes) * tiles);
  const apart = (<usize>lanes) << 2;
  listStaged(scratch, stage, bandPitch, step, plan.across, t0, t1);
  memory.fill(zeros, 0, words - zeros);
  for (let item = begin; item < end; item++) {
    const c = item * 4;
    for (let lane = 0; lane < 4; lane++) {
      const own = min(c + lane, plan.channels - 1); // channels beyond the last fill the lanes and are never stored
      const to = stage + lane * stageSize;
      readBands(plan, gradient, to, stagePitch, planes, zeros, own, t0, t1, words);
    }
    const panel = c / lanes;
    let at = to + ((<usize>(panel * lanes * tiles + (c - panel * lanes))) << 2);
    for (let t = t0, entry = scratch; t < t1; t++, entry += TILE, at += apart) {
      spreadPlanes(kind, gradient, at, pitch, entry, stageSize, stagePitch);
    }
  }
}

/**
 * sums[36][⌈channels/8⌉][⌈rows/4⌉][4][8] = (first ? 0 : sums) + Σ over tiles of d·v. `winogradSpread` made d with 4
 * lanes and v with 8. Item = filter·rowTiles + tile of rows. The filters are taken backwards, so that those of many
 * points come first.
 */
export function winogradProducts(
  sums: usize,
  d: usize,
  v: usize,
  kind: WinogradKind,
  rows: i32,
  channels: i32,
  tiles: i32,
  tileRows: i32,
  first: i32,
  begin: i32,
  end: i32,
): void {
  const points = pointsOf(kind);
  const panels = (rows + 3) >> 2;
  const columns = (channels + 7) >> 3;
  const dPitch = pointPitch(panels * 4 * tiles);
  const vPitch = pointPitch(columns * 8 * tiles);
  const sumPitch = pointPitch(panels * 4 * columns * 8);
  const rowTiles = (rows + tileRows - 1) / tileRows;
  for (let item = begin; item < end; item++) {
    const backwards = item / rowTiles;
    const filter = 35 - backwards;
    const i0 = (item - backwards * rowTiles) * tileRows;
    const mPanels = (min(tileRows, rows - i0) + 3) >> 2;
    const y0 = filter / 6;
    const x0 = filter - 6 * y0;
    let fresh = first !== 0;
    for (let y = y0; y < lastPoint(kind, y0); y++) {
      for (let x = x0; x < lastPoint(kind, x0); x++, fresh = false) {
        const point = <usize>(y * points + x);
        const a = d + point * dPitch + ((<usize>(i0 * tiles)) << 2);
        let b = v + point * vPitch;
        let to = sums + <usize>filter * sumPitch + ((<usize>i0) << 5);
        for (let j = 0; j < columns; j++, b += (<usize>tiles) << 5, to += (<usize>panels) << 7) {
          multiplyInBlocks(to, a, b, mPanels, tiles, DEPTH, fresh);
        }
      }
    }
  }
}

/** @host Bytes of scratch of `winogradFilters`. */
export function winogradFiltersScratch(): usize {
  return 36 * 16;
}

/** dw [rows, channels, 3, 3] from the sums. Item = row. Scratch: 36 vectors. */
export function winogradFilters(
  dw: usize,
  sums: usize,
  kind: WinogradKind,
  rows: i32,
  channels: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const panels = (rows + 3) >> 2;
  const pitch = pointPitch(panels * 4 * ((channels + 7) & ~7));
  for (let i = begin; i < end; i++) {
    for (let c = 0; c < channels; c += 4) {
      const from = sums + ((<usize>((c >> 3) * panels * 32 + i * 8 + (c & 4))) << 2);
      storeFilters(
        kind,
        dw + <usize>(i * channels + c) * 36,
        min(4, channels - c),
        from,
        pitch,
        scratch,
      );
    }
  }
}

/** Makes the three taps of an axis from its 6 filters. */
function narrowTaps(kind: WinogradKind, to: usize, step: usize, from: usize, pitch: usize): void {
  if (kind === WinogradKind.plain) narrow(to, step, from, pitch);
  else {
    const middle = v128.load(from + 5 * pitch);
    narrowOuterTaps(to, step, from, pitch);
    v128.store(to + step, middle);
  }
}

/** Stores n filters [n][3][3] from 36 vectors of sums from[k·pitch], a filter a lane. */
function storeFilters(
  kind: WinogradKind,
  to: usize,
  n: i32,
  from: usize,
  pitch: usize,
  corner: usize,
): void {
  for (let x: usize = 0; x < 96; x += 16, from += pitch) {
    narrowTaps(kind, corner + x, 96, from, 6 * pitch);
  }
  for (let y = 0; y < 3; y++, corner += 96, to += 12) {
    narrowTaps(kind, corner, 16, corner, 16);
    for (let lane = 0; lane < n; lane++) {
      const at = to + <usize>lane * 36;
      const w = corner + ((<usize>lane) << 2);
      store<f32>(at, load<f32>(w));
      store<f32>(at, load<f32>(w, 16), 4);
      store<f32>(at, load<f32>(w, 32), 8);
    }
  }
}
