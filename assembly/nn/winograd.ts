import { storeTail } from "../lib/simd";
import { multiplyPanels } from "./gemm-tile";
import { gather, pointPitch, spread } from "./winograd-transform";

/** Words of a tile in the table of an item: offset of its input in the stage, of its output, its rows and columns inside. */
const TILE: usize = 16;
const KC: i32 = 64;
/** Rows multiplied before they are gathered. */
const BLOCK: i32 = 32;

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
  const stage = zeros + ((<usize>((width + 3) & ~3)) << 2);
  const corner = stage + <usize>(6 * bands) * stagePitch;
  const v = corner + 24 * 16;
  const vPitch = pointPitch(channels * tilesPerItem);
  const uPitch = pointPitch(((rows + 3) >> 2) * channels * 4);
  const mPitch = pointPitch(BLOCK * tilesPerItem);
  const m = v + 36 * vPitch;
  const plane = (<usize>(height * width)) << 2;
  const outPlane = (<usize>(outHeight * outWidth)) << 2;
  const columnPanel = (<usize>channels) << 5;

  for (let item = begin; item < end; item++) {
    const block = item / rowParts;
    const t0 = block * tilesPerItem;
    const firstRow = (item - block * rowParts) * rowsPerItem;
    const lastRow = min(rows, firstRow + rowsPerItem);
    const t1 = min(all, t0 + tilesPerItem);
    const firstBand = t0 / across;
    const lastBand = (t1 - 1) / across;
    const panels = (t1 - t0 + 7) >> 3;
    memory.fill(zeros, 0, corner - zeros);
    for (let j = 0; j < panels * 8; j++) {
      const t = min(t1 - 1, t0 + j);
      const band = t / across;
      const x = t - band * across;
      const n = band / down;
      const y = (band - n * down) * 4;
      const entry = scratch + <usize>j * TILE;
      const from = <usize>(6 * (band - firstBand)) * stagePitch + ((<usize>x) << 4);
      store<usize>(entry, stage + from);
      const at = <usize>(n * rows) * outPlane + ((<usize>(y * outWidth + x * 4)) << 2);
      store<usize>(entry, out + at, 4);
      store<i32>(entry, t0 + j < t1 ? min(4, outHeight - y) : 0, 8);
      store<i32>(entry, min(4, outWidth - x * 4), 12);
    }

    for (let c = 0; c < channels; c++) {
      for (let band = firstBand; band <= lastBand; band++) {
        const n = band / down;
        const y = (band - n * down) * 4 - padY;
        const x0 = (band === firstBand ? t0 - band * across : 0) * 4 - padX;
        const x1 = (band === lastBand ? t1 - band * across : across) * 4 - padX + 2;
        const source = image + <usize>(n * channels + c) * plane;
        const to = stage + <usize>(6 * (band - firstBand)) * stagePitch + ((<usize>padX) << 2);
        readBand(to, stagePitch, source, zeros, y, height, width, x0, x1);
      }
      let dst = v + ((<usize>c) << 5);
      for (let j = 0; j < panels; j++, dst += columnPanel) {
        const entry = scratch + <usize>(j * 8) * TILE;
        spreadRows(dst, vPitch, entry, stagePitch);
        spreadRows(dst + 16, vPitch, entry + 4 * TILE, stagePitch);
      }
    }

    for (let i0 = firstRow; i0 < lastRow; i0 += BLOCK) {
      const tall = min(BLOCK, lastRow - i0);
      const mPanels = (tall + 3) >> 2;
      const mColumn = (<usize>mPanels) << 7;
      const aPitch = (<usize>channels) << 4;
      for (let point: usize = 0; point < 36; point++) {
        const a = u + point * uPitch + (<usize>(i0 >> 2)) * aPitch;
        let b = v + point * vPitch;
        let to = m + point * mPitch;
        for (let j = 0; j < panels; j++, b += columnPanel, to += mColumn) {
          for (let from = 0; from < channels; from += KC) {
            const steps = min(KC, channels - from);
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

/** Six rows from y on, columns x0 … x1, spread downwards: what lies outside of the image stays as it is in the stage. */
function readBand(
  to: usize,
  pitch: usize,
  source: usize,
  zeros: usize,
  y: i32,
  height: i32,
  width: i32,
  x0: i32,
  x1: i32,
): void {
  const row = (<usize>width) << 2;
  const first = source + <usize>y * row;
  const p0 = <u32>y < <u32>height ? first : zeros;
  const p1 = <u32>(y + 1) < <u32>height ? first + row : zeros;
  const p2 = <u32>(y + 2) < <u32>height ? first + 2 * row : zeros;
  const p3 = <u32>(y + 3) < <u32>height ? first + 3 * row : zeros;
  const p4 = <u32>(y + 4) < <u32>height ? first + 4 * row : zeros;
  const p5 = <u32>(y + 5) < <u32>height ? first + 5 * row : zeros;
  // The last four columns inside may overlap those before.
  const end = max(4, min(width, x1));
  for (let x = min(end - 4, max(0, x0)); x < end; x += 4) {
    const o = (<usize>min(x, end - 4)) << 2;
    spread(
      to + o,
      pitch,
      v128.load(p0 + o),
      v128.load(p1 + o),
      v128.load(p2 + o),
      v128.load(p3 + o),
      v128.load(p4 + o),
      v128.load(p5 + o),
    );
  }
}

/** The rows of four tiles spread across: 36 vectors, a tile a lane. */
function spreadRows(dst: usize, step: usize, entry: usize, pitch: usize): void {
  let p0 = load<usize>(entry);
  let p1 = load<usize>(entry + TILE);
  let p2 = load<usize>(entry + 2 * TILE);
  let p3 = load<usize>(entry + 3 * TILE);
  for (let y = 0; y < 6; y++) {
    let a = v128.load(p0);
    let b = v128.load(p1);
    let c = v128.load(p2);
    let d = v128.load(p3);
    let ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    let cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const x0 = v128.shuffle<i64>(ab, cd, 0, 2);
    const x1 = v128.shuffle<i64>(ab, cd, 1, 3);
    a = v128.load(p0, 8);
    b = v128.load(p1, 8);
    c = v128.load(p2, 8);
    d = v128.load(p3, 8);
    ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const x2 = v128.shuffle<i64>(ab, cd, 0, 2);
    const x3 = v128.shuffle<i64>(ab, cd, 1, 3);
    ab = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    cd = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    const x4 = v128.shuffle<i64>(ab, cd, 0, 2);
    const x5 = v128.shuffle<i64>(ab, cd, 1, 3);
    spread(dst, step, x0, x1, x2, x3, x4, x5);
    dst += 6 * step;
    p0 += pitch;
    p1 += pitch;
    p2 += pitch;
    p3 += pitch;
  }
}

/** Four tiles of output from 36 vectors of products, a tile a lane. */
function gatherTiles(
  outOffset: usize,
  outRow: usize,
  entry: usize,
  from: usize,
  pitch: usize,
  corner: usize,
  shift: f32,
): void {
  for (let x: usize = 0; x < 96; x += 16, from += pitch) {
    gather(corner + x, 96, from, 6 * pitch, f32x4.splat(0));
  }
  const shift4 = f32x4.splat(shift);
  for (let y = 0; y < 4; y++) {
    const row = corner + <usize>y * 96;
    gather(row, 16, row, 16, shift4);
    const a = v128.load(row);
    const b = v128.load(row, 16);
    const c = v128.load(row, 32);
    const d = v128.load(row, 48);
    const abLow = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cdLow = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    storeRow(outOffset, entry, y, v128.shuffle<i64>(abLow, cdLow, 0, 2));
    storeRow(outOffset, entry + TILE, y, v128.shuffle<i64>(abLow, cdLow, 1, 3));
    storeRow(outOffset, entry + 2 * TILE, y, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
    storeRow(outOffset, entry + 3 * TILE, y, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
    outOffset += outRow;
  }
}

function storeRow(outOffset: usize, entry: usize, y: i32, row: v128): void {
  if (y >= load<i32>(entry, 8)) return;
  const to = load<usize>(entry, 4) + outOffset;
  const n = load<i32>(entry, 12);
  if (n === 4) v128.store(to, row);
  else storeTail(to, row, n);
}
