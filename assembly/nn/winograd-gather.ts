import { storeTail } from "../lib/simd";
import { SIZE, TILE } from "./winograd-spread";
import { gather } from "./winograd-transform";

/** SIZE of a tile that lies inside. */
const WHOLE: i32 = 0x44;

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
