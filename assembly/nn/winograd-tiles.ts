import { storeTail } from "../lib/simd";
import { gather, spread } from "./winograd-transform";

// The tiles of an item are listed in a table, three words each: address of the output of channel 0, address of the input in the
// stage, and rows·16 + columns of the output that lie inside, 0 for a filler.
export const TILE: usize = 16;
export const SOURCE: usize = 4;
export const SIZE: usize = 8;
const WHOLE: i32 = 0x44;

/**
 * The stage of a band of tiles, to[6][pitch]: image rows y … y + 6, spread downwards, for columns x0 … x1. Columns outside of the
 * image stay as they are.
 */
export function readBand(
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

/** Four tiles of the stage spread across: 36 vectors dst[k·step], a tile a lane. */
export function spreadTiles(dst: usize, step: usize, entry: usize, pitch: usize): void {
  let p0 = load<usize>(entry, SOURCE);
  let p1 = load<usize>(entry + TILE, SOURCE);
  let p2 = load<usize>(entry + 2 * TILE, SOURCE);
  let p3 = load<usize>(entry + 3 * TILE, SOURCE);
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

/** Four tiles of output from 36 vectors of products from[k·pitch], a tile a lane, plus shift. `corner`: 24 vectors of scratch. */
export function gatherTiles(
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
  let p0 = load<usize>(entry) + outOffset;
  let p1 = load<usize>(entry + TILE) + outOffset;
  let p2 = load<usize>(entry + 2 * TILE) + outOffset;
  let p3 = load<usize>(entry + 3 * TILE) + outOffset;
  const s0 = load<i32>(entry, SIZE);
  const s1 = load<i32>(entry + TILE, SIZE);
  const s2 = load<i32>(entry + 2 * TILE, SIZE);
  const s3 = load<i32>(entry + 3 * TILE, SIZE);
  const whole = (s0 & s1 & s2 & s3) === WHOLE;
  for (let y = 0; y < 4; y++, corner += 96) {
    gather(corner, 16, corner, 16, shift4);
    const a = v128.load(corner);
    const b = v128.load(corner, 16);
    const c = v128.load(corner, 32);
    const d = v128.load(corner, 48);
    const abLow = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cdLow = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    const r0 = v128.shuffle<i64>(abLow, cdLow, 0, 2);
    const r1 = v128.shuffle<i64>(abLow, cdLow, 1, 3);
    const r2 = v128.shuffle<i64>(abHigh, cdHigh, 0, 2);
    const r3 = v128.shuffle<i64>(abHigh, cdHigh, 1, 3);
    if (whole) {
      v128.store(p0, r0);
      v128.store(p1, r1);
      v128.store(p2, r2);
      v128.store(p3, r3);
    } else {
      storeRow(p0, s0, y, r0);
      storeRow(p1, s1, y, r1);
      storeRow(p2, s2, y, r2);
      storeRow(p3, s3, y, r3);
    }
    p0 += outRow;
    p1 += outRow;
    p2 += outRow;
    p3 += outRow;
  }
}

/** Row y of a tile of `size`. */
function storeRow(to: usize, size: i32, y: i32, row: v128): void {
  if (y >= size >> 4) return;
  const n = size & 7;
  if (n === 4) v128.store(to, row);
  else storeTail(to, row, n);
}
