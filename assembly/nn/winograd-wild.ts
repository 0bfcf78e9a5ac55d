// Where Winograd would leak. It mixes all inputs of a tile, so that an output is off by some ulp of the greatest of them, seen or not.
// That is little as long as what each output sees weighs about as much; tiles of which it does not are wild, and go by plain sums.
import { loadTail, sum4 } from "../lib/simd";
import { HUGE, PLAIN, STRIDED, SUBPIXEL, sideOf, stepOf, WITH_ZEROS } from "./winograd-kind";

/** Verdicts beside WITH_ZEROS. */
const TAME: f32 = 0;
const WILD: f32 = 1;

/** Floats of a row of levels and rows of an image: all that the tiles read, padding included. */
function wideOf(kind: i32, outWidth: i32): i32 {
  const side = sideOf(kind);
  return ((outWidth + side - 1) / side) * stepOf(kind) + 4;
}

function tallOf(kind: i32, outHeight: i32): i32 {
  const side = sideOf(kind);
  return ((outHeight + side - 1) / side) * stepOf(kind) + 2;
}

/**
 * levels [2][images][tall][wide] of planes [images, channels, height, width] with their padding: the sum and the maximum of |x| over the
 * channels. Item = a row.
 */
export function winogradLevels(
  levels: usize,
  planes: usize,
  kind: i32,
  images: i32,
  channels: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  padY: i32,
  padX: i32,
  begin: i32,
  end: i32,
): void {
  const tall = tallOf(kind, outHeight);
  const wide = wideOf(kind, outWidth);
  const bytes = (<usize>wide) << 2;
  const apart = bytes * images * tall;
  const plane = (<usize>(height * width)) << 2;
  const last = min(width, wide - padX) - 4;
  for (let item = begin; item < end; item++) {
    const n = item / tall;
    const y = item - n * tall - padY;
    const to = levels + bytes * item;
    memory.fill(to, 0, bytes);
    memory.fill(to + apart, 0, bytes);
    if (<u32>y >= <u32>height) continue;
    const row = planes + ((<usize>((n * channels * height + y) * width)) << 2);
    const at = to + ((<usize>padX) << 2);
    // A line at a time: what is left of it would be gone from L1 when all channels are through.
    for (let x = 0; x < last + 4; x += 16) {
      const o0 = (<usize>min(x, last)) << 2;
      const o1 = (<usize>min(x + 4, last)) << 2;
      const o2 = (<usize>min(x + 8, last)) << 2;
      const o3 = (<usize>min(x + 12, last)) << 2;
      let s0: v128 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let m0 = s0;
      let m1 = s0;
      let m2 = s0;
      let m3 = s0;
      let from = row;
      for (let c = 0; c < channels; c++, from += plane) {
        const a = f32x4.abs(v128.load(from + o0));
        s0 = f32x4.add(s0, a);
        m0 = greater(m0, a);
        const b = f32x4.abs(v128.load(from + o1));
        s1 = f32x4.add(s1, b);
        m1 = greater(m1, b);
        const d = f32x4.abs(v128.load(from + o2));
        s2 = f32x4.add(s2, d);
        m2 = greater(m2, d);
        const e = f32x4.abs(v128.load(from + o3));
        s3 = f32x4.add(s3, e);
        m3 = greater(m3, e);
      }
      v128.store(at + o0, s0);
      v128.store(at + o1, s1);
      v128.store(at + o2, s2);
      v128.store(at + o3, s3);
      v128.store(at + o0 + apart, m0);
      v128.store(at + o1 + apart, m1);
      v128.store(at + o2 + apart, m2);
      v128.store(at + o3 + apart, m3);
    }
  }
}

/** The maxima of numbers that are not negative: their bits are in the same order, with NaN above all, and one instruction instead of seven. */
function greater(a: v128, b: v128): v128 {
  return i32x4.max_s(a, b);
}

/** verdicts[tile], from the levels. Item = a row of tiles. */
export function winogradJudge(
  verdicts: usize,
  levels: usize,
  kind: i32,
  images: i32,
  outHeight: i32,
  outWidth: i32,
  begin: i32,
  end: i32,
): void {
  const side = sideOf(kind);
  const step = (<usize>stepOf(kind)) << 2;
  const across = (outWidth + side - 1) / side;
  const down = (outHeight + side - 1) / side;
  const pitch = (<usize>wideOf(kind, outWidth)) << 2;
  const tall = tallOf(kind, outHeight);
  for (let item = begin; item < end; item++) {
    const n = item / down;
    const band = item - n * down;
    let sums = levels + pitch * (n * tall + band * stepOf(kind));
    let to = verdicts + ((<usize>(item * across)) << 2);
    for (let t = 0; t < across; t++, sums += step, to += 4) {
      const rows = min(side, outHeight - band * side);
      const columns = min(side, outWidth - t * side);
      store<f32>(to, judge(kind, sums, pitch * (images * tall), pitch, rows, columns));
    }
  }
}

/** Of a tile whose sums start at `sums` and whose maxima `apart` bytes later, with rows×columns outputs that lie inside. */
function judge(kind: i32, sums: usize, apart: usize, pitch: usize, rows: i32, columns: i32): f32 {
  const strided = kind === STRIDED;
  const inputs = strided ? 9 : kind >= SUBPIXEL ? 5 : 6;
  const last = (<usize>(inputs - 4)) << 2;
  let most4: v128 = f32x4.splat(0);
  for (let y = 0, m = sums + apart; y < inputs; y++, m += pitch) {
    most4 = greater(most4, greater(v128.load(m), v128.load(m + last)));
    if (strided) most4 = greater(most4, v128.load(m, 16));
  }
  const most = max4(most4);
  if (most === 0) return TAME;
  if (!(most < HUGE)) return WILD;

  // What each output sees, the greatest and least of it. Of a transposed convolution only outputs of all four outer taps: the others
  // mix no more than a row or a column.
  const odd = kind & 1;
  if (kind >= SUBPIXEL) {
    rows = max(1, (rows + 1 - odd) >> 1);
    columns = max(1, (columns + 1 - odd) >> 1);
  }
  const none = f32x4.splat(0);
  const inside = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(columns));
  const taps = kind >= SUBPIXEL ? 2 : 3;
  const end = strided ? 2 * rows + 1 : rows + taps - 1;
  let least: v128 = f32x4.splat(Infinity);
  let greatest = none;
  let zeros = none;
  let bits = 0;
  let at = 0;
  let above = none;
  let before = none;
  let mostAbove = none;
  let mostBefore = none;
  let few = none;
  for (let y = 1; y <= end; y++, sums += pitch) {
    let row = f32x4.add(v128.load(sums), v128.load(sums, 4));
    let mostOfRow = greater(v128.load(sums + apart), v128.load(sums + apart, 4));
    if (taps === 3) {
      row = f32x4.add(row, v128.load(sums, 8));
      mostOfRow = greater(mostOfRow, v128.load(sums + apart, 8));
    }
    if (strided) {
      const right = f32x4.add(
        f32x4.add(v128.load(sums, 16), v128.load(sums, 20)),
        v128.load(sums, 24),
      );
      row = v128.shuffle<i32>(row, right, 0, 2, 4, 6);
      const mostRight = greater(
        greater(v128.load(sums + apart, 16), v128.load(sums + apart, 20)),
        v128.load(sums + apart, 24),
      );
      mostOfRow = v128.shuffle<i32>(mostOfRow, mostRight, 0, 2, 4, 6);
    }
    if (y >= taps && (!strided || y & 1)) {
      let seen = f32x4.add(before, row);
      if (taps === 3) seen = f32x4.add(above, seen);
      greatest = greater(greatest, seen);
      const zero = v128.and(inside, f32x4.eq(seen, none));
      zeros = v128.or(zeros, zero);
      bits |= i32x4.bitmask(zero) << at;
      at += 4;
      const counts = v128.andnot(inside, zero);
      const mostSeen = greater(greater(mostAbove, mostBefore), mostOfRow);
      const little = f32x4.lt(seen, f32x4.mul(f32x4.splat(2.2), mostSeen));
      few = v128.or(few, v128.and(counts, little));
      least = i32x4.min_s(least, v128.bitselect(seen, f32x4.splat(Infinity), counts));
    }
    if (taps === 2) {
      // An output of a middle tap sees two inputs of one row, or of one column.
      const column = v128.load(sums + (odd ? 0 : 4));
      const pair = f32x4.eq(f32x4.add(above, column), none);
      if (y > 1) zeros = v128.or(zeros, v128.and(inside, pair));
      if (odd ? y <= rows : y > 1) zeros = v128.or(zeros, v128.and(inside, f32x4.eq(row, none)));
      above = column;
    } else above = before;
    before = row;
    if (taps === 3) mostAbove = mostBefore;
    mostBefore = mostOfRow;
  }
  // Values of one size, n in what an output sees and m in the tile: √m ulp of n. And with less than three, their weights may be small.
  const share: f32 = kind === PLAIN ? 0.4 : strided ? 0.3 : 0.2;
  const enough = max<f32>(<f32>0.3 * most, share * sqrt(most) * sqrt(max4(greatest)));
  few = v128.or(few, f32x4.lt(least, f32x4.splat(enough)));
  if (v128.any_true(few)) return WILD;
  if (!v128.any_true(zeros)) return TAME;
  return taps === 3 ? WITH_ZEROS + <f32>bits : WITH_ZEROS;
}

/** The greatest lane; none is negative. */
function max4(v: v128): f32 {
  const pairs = greater(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(greater(pairs, v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2)), 0);
}

/**
 * wild[channel] of planes [images, channels, plane]: 1 where less than some 8 values make up the sum of |x|, or it is not finite. A tap of
 * the gradient of a filter may see none of so few. Item = channel.
 */
export function wildChannels(
  wild: usize,
  planes: usize,
  images: i32,
  channels: i32,
  plane: i32,
  begin: i32,
  end: i32,
): void {
  for (let c = begin; c < end; c++) {
    let sum: v128 = f32x4.splat(0);
    let most = sum;
    let right = sum;
    let rightMost = sum;
    for (let n = 0; n < images; n++) {
      let p = planes + ((<usize>((n * channels + c) * plane)) << 2);
      let left = plane;
      for (; left >= 8; left -= 8, p += 32) {
        const a = f32x4.abs(v128.load(p));
        const b = f32x4.abs(v128.load(p, 16));
        sum = f32x4.add(sum, a);
        most = greater(most, a);
        right = f32x4.add(right, b);
        rightMost = greater(rightMost, b);
      }
      for (; left > 0; left -= 4, p += 16) {
        const a = f32x4.abs(left >= 4 ? v128.load(p) : loadTail(p, left));
        sum = f32x4.add(sum, a);
        most = greater(most, a);
      }
    }
    const greatest = max4(greater(most, rightMost));
    const tame = greatest < HUGE && <f32>8 * greatest <= sum4(f32x4.add(sum, right));
    store<f32>(wild + ((<usize>c) << 2), tame ? 0 : 1);
  }
}
