import { multiplyPanels } from "./gemm-tile";
import { listTiles, readBands, SOURCE, spreadTiles, TILE } from "./winograd-spread";
import { narrow, pointPitch } from "./winograd-transform";

/** Tiles summed in registers. */
const TILES: i32 = 32;

/**
 * Gradient of the filters of `winograd`: dw [rows, channels, 3, 3] = Gᵀ[Σ over tiles of (A dy Aᵀ) ⊙ (Bᵀ d B)]G, a quarter of the products
 * too. The tiles are cut into `parts`, dw being [parts] of them for the host to add up. Widths ≥ 4.
 * Item = (part·rowTiles + tile of rows)·channelTiles + tile of channels. Scratch: table, zeros, stages, corner, 36 each of spread
 * gradients, spread inputs and products.
 */
export function winogradWeightGradient(
  dw: usize,
  dy: usize,
  image: usize,
  images: i32,
  channels: i32,
  rows: i32,
  height: i32,
  width: i32,
  padY: i32,
  padX: i32,
  tileRows: i32,
  tileChannels: i32,
  parts: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const outHeight = height + 2 * padY - 2;
  const outWidth = width + 2 * padX - 2;
  const across = (outWidth + 3) >> 2;
  const down = (outHeight + 3) >> 2;
  const all = images * down * across;
  const runs = (all + TILES - 1) / TILES;
  const rowTiles = (rows + tileRows - 1) / tileRows;
  const channelTiles = (channels + tileChannels - 1) / tileChannels;
  const stagePitch = (<usize>(across + 1)) << 4;
  const stageSize = <usize>(6 * ((TILES + across - 2) / across + 1)) * stagePitch;
  const zeros = scratch + <usize>TILES * TILE;
  const stage = zeros + stagePitch;
  const corner = stage + 4 * stageSize;
  const d = corner + 24 * 16;
  const dPitch = pointPitch(tileRows * TILES);
  const v = d + 36 * dPitch;
  const vPitch = pointPitch(tileChannels * TILES);
  const m = v + 36 * vPitch;
  const mPitch = pointPitch(tileRows * tileChannels);

  for (let item = begin; item < end; item++) {
    const set = item / channelTiles;
    const c0 = (item - set * channelTiles) * tileChannels;
    const part = set / rowTiles;
    const i0 = (set - part * rowTiles) * tileRows;
    const block = min(tileChannels, channels - c0);
    const tall = min(tileRows, rows - i0);
    const mPanels = (tall + 3) >> 2;
    const mColumn = (<usize>mPanels) << 7;
    const firstRun = (runs * part) / parts;
    const lastRun = (runs * (part + 1)) / parts;

    for (let run = firstRun; run < lastRun; run++) {
      const t0 = run * TILES;
      const t1 = min(all, t0 + TILES);
      listTiles(scratch, stage, stagePitch, 0, 0, across, down, outHeight, outWidth, t0, t1);
      memory.fill(zeros, 0, corner - zeros);
      for (let i = 0; i < tall; i += 4) {
        for (let lane = 0; lane < 4; lane++) {
          const row = i0 + min(i + lane, tall - 1);
          readBands(
            stage + lane * stageSize,
            stagePitch,
            dy,
            zeros,
            rows,
            row,
            outHeight,
            outWidth,
            0,
            0,
            across,
            down,
            t0,
            t1,
            true,
          );
        }
        let to = d + ((<usize>(i * TILES)) << 2);
        for (let t = t0, entry = scratch + SOURCE; t < t1; t++, entry += TILE, to += 16) {
          const p = load<usize>(entry);
          const p2 = p + 2 * stageSize;
          spreadTiles(to, dPitch, p, p + stageSize, p2, p2 + stageSize, stagePitch, true);
        }
      }
      memory.fill(stage, 0, corner - stage);
      for (let c = 0; c < block; c += 4) {
        for (let lane = 0; lane < 4; lane++) {
          const channel = c0 + min(c + lane, block - 1);
          readBands(
            stage + lane * stageSize,
            stagePitch,
            image,
            zeros,
            channels,
            channel,
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
        }
        let to = v + ((<usize>((c & ~7) * TILES + (c & 4))) << 2);
        for (let t = t0, entry = scratch + SOURCE; t < t1; t++, entry += TILE, to += 32) {
          const p = load<usize>(entry);
          const p2 = p + 2 * stageSize;
          spreadTiles(to, vPitch, p, p + stageSize, p2, p2 + stageSize, stagePitch, false);
        }
      }
      for (let point: usize = 0; point < 36; point++) {
        const a = d + point * dPitch;
        let b = v + point * vPitch;
        let to = m + point * mPitch;
        for (let c = 0; c < block; c += 8, b += (<usize>TILES) << 5, to += mColumn) {
          multiplyPanels(to, a, (<usize>TILES) << 4, b, mPanels, t1 - t0, run === firstRun);
        }
      }
    }

    for (let i = 0; i < tall; i++) {
      const row = (part * rows + i0 + i) * channels + c0;
      for (let c = 0; c < block; c += 4) {
        const from = m + <usize>(c >> 3) * mColumn + ((<usize>(i * 8 + (c & 4))) << 2);
        storeFilters(dw + <usize>(row + c) * 36, min(4, block - c), from, mPitch, corner);
      }
    }
  }
}

/** n filters [n][3][3] from 36 vectors of sums from[k·pitch], a filter a lane. */
function storeFilters(to: usize, n: i32, from: usize, pitch: usize, corner: usize): void {
  for (let x: usize = 0; x < 96; x += 16, from += pitch) narrow(corner + x, 96, from, 6 * pitch);
  for (let y = 0; y < 3; y++, corner += 96, to += 12) {
    narrow(corner, 16, corner, 16);
    for (let lane = 0; lane < n; lane++) {
      const at = to + <usize>lane * 36;
      const w = corner + ((<usize>lane) << 2);
      store<f32>(at, load<f32>(w));
      store<f32>(at, load<f32>(w, 16), 4);
      store<f32>(at, load<f32>(w, 32), 8);
    }
  }
}
