import { WinogradKind } from "../lib/codes";
import { storeTail } from "../lib/simd";
import { column0, column1, column2, column3, highHalves, lowHalves } from "../lib/transpose";
import { gatherEvens } from "./winograd-evens";
import { SIZE, TILE } from "./winograd-spread";
import { gather } from "./winograd-transform";

/** The SIZE of a tile that lies inside as a whole: 4 rows, 4 columns. */
const WHOLE: i32 = 0x44;
const WHOLE_SUBPIXEL: i32 = 0x88;

/**
 * Gathers the four tiles of output that the table lists at `entry`, from points² vectors of products from[k·pitch], a
 * tile a lane. `shift` is added, and what is below `least` becomes `least`. `corner`: CORNER bytes of scratch; `zeros`:
 * a vector of zeros.
 */
export function gatherTiles(
  kind: WinogradKind,
  outOffset: usize,
  outRow: usize,
  entry: usize,
  from: usize,
  pitch: usize,
  corner: usize,
  zeros: usize,
  shift: f32,
  least: f32,
): void {
  if (kind >= WinogradKind.subpixel) {
    gatherSubpixels(kind & 1, outOffset, outRow, entry, from, pitch, corner, zeros, shift, least);
    return;
  }
  const floor4 = f32x4.splat(least);
  const shift4 = f32x4.splat(shift);
  const row: usize = kind === WinogradKind.plain ? 96 : 144;
  for (let x: usize = 0; x < row; x += 16, from += pitch) {
    if (kind === WinogradKind.plain) gather(corner + x, row, from, 6 * pitch);
    else gatherEvens(corner + x, row, from, 9 * pitch, from + 45 * pitch, 9 * pitch);
  }
  let p0 = load<usize>(entry) + outOffset;
  let p1 = load<usize>(entry + TILE) + outOffset;
  let p2 = load<usize>(entry + 2 * TILE) + outOffset;
  let p3 = load<usize>(entry + 3 * TILE) + outOffset;
  const s0 = load<i32>(entry, SIZE);
  const s1 = load<i32>(entry + TILE, SIZE);
  const s2 = load<i32>(entry + 2 * TILE, SIZE);
  const s3 = load<i32>(entry + 3 * TILE, SIZE);
  const whole = (s0 & s1 & s2 & s3) === WHOLE;
  for (let y = 0; y < 4; y++, corner += row) {
    if (kind === WinogradKind.plain) gather(corner, 16, corner, 16);
    else gatherEvens(corner, 16, corner, 16, corner + 80, 16);
    const a = f32x4.max(f32x4.add(v128.load(corner), shift4), floor4);
    const b = f32x4.max(f32x4.add(v128.load(corner, 16), shift4), floor4);
    const c = f32x4.max(f32x4.add(v128.load(corner, 32), shift4), floor4);
    const d = f32x4.max(f32x4.add(v128.load(corner, 48), shift4), floor4);
    const r0 = column0(a, b, c, d);
    const r1 = column1(a, b, c, d);
    const r2 = column2(a, b, c, d);
    const r3 = column3(a, b, c, d);
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

/** Stores row y of a tile of `size`. */
function storeRow(to: usize, size: i32, y: i32, row: v128): void {
  if (y >= size >> 4) return;
  const n = size & 15;
  if (n === 4) v128.store(to, row);
  else storeTail(to, row, n);
}

function gatherSubpixels(
  odd: i32,
  outOffset: usize,
  outRow: usize,
  entry: usize,
  from: usize,
  pitch: usize,
  corner: usize,
  zeros: usize,
  shift: f32,
  least: f32,
): void {
  const floor4 = f32x4.splat(least);
  const shift4 = f32x4.splat(shift);
  for (let x: usize = 0; x < 9; x++) {
    gatherEvens(corner + (x << 4), 144, from + x * pitch, 9 * pitch, zeros, 0);
  }
  const evens = corner + 36 * 16;
  for (let y = 0; y < 8; y++, outOffset += outRow) {
    // The rows of the outer taps are in the corner; those of the middle tap are still products.
    const at = <usize>(y >> 1);
    const middle = (y & 1) !== odd;
    const row = middle ? from + (45 + 9 * at) * pitch : corner + at * 144;
    const step = middle ? pitch : 16;
    gatherEvens(evens, 16, row, step, zeros, 0);
    const a = f32x4.max(f32x4.add(v128.load(evens), shift4), floor4);
    const b = f32x4.max(f32x4.add(v128.load(evens, 16), shift4), floor4);
    const c = f32x4.max(f32x4.add(v128.load(evens, 32), shift4), floor4);
    const d = f32x4.max(f32x4.add(v128.load(evens, 48), shift4), floor4);
    let p = row + 5 * step;
    const e = f32x4.max(f32x4.add(v128.load(p), shift4), floor4);
    p += step;
    const f = f32x4.max(f32x4.add(v128.load(p), shift4), floor4);
    p += step;
    const g = f32x4.max(f32x4.add(v128.load(p), shift4), floor4);
    p += step;
    const h = f32x4.max(f32x4.add(v128.load(p), shift4), floor4);
    storePair(entry, outOffset, y, odd, column0(a, b, c, d), column0(e, f, g, h), evens);
    storePair(entry + TILE, outOffset, y, odd, column1(a, b, c, d), column1(e, f, g, h), evens);
    storePair(entry + 2 * TILE, outOffset, y, odd, column2(a, b, c, d), column2(e, f, g, h), evens);
    storePair(entry + 3 * TILE, outOffset, y, odd, column3(a, b, c, d), column3(e, f, g, h), evens);
  }
}

/**
 * Stores row y of the tile at `entry`. Outputs of the outer taps and of the middle tap take turns; with `odd` the
 * middle tap is first.
 */
function storePair(
  entry: usize,
  offset: usize,
  y: i32,
  odd: i32,
  outer: v128,
  middle: v128,
  spare: usize,
): void {
  const to = load<usize>(entry) + offset;
  const size = load<i32>(entry, SIZE);
  const first = odd ? middle : outer;
  const second = odd ? outer : middle;
  const low = lowHalves(first, second);
  const high = highHalves(first, second);
  if (size === WHOLE_SUBPIXEL) {
    v128.store(to, low);
    v128.store(to, high, 16);
    return;
  }
  if (y >= size >> 4) return;
  v128.store(spare, low);
  v128.store(spare, high, 16);
  const end = (<usize>(size & 15)) << 2;
  for (let o: usize = 0; o < end; o += 4) store<f32>(to + o, load<f32>(spare + o));
}
