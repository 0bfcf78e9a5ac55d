// Where Winograd would leak. It mixes all inputs of a tile, so that an output is off by some ulp of the greatest of them, seen or not.
// That is little as long as what each output sees weighs about as much; tiles of which it does not are wild, and go by plain sums.
import { loadTail, sum4 } from "../lib/simd";
import { HUGE, STRIDED, SUBPIXEL, sideOf, stepOf } from "./winograd-kind";

/** Verdicts: outputs of WITH_ZEROS that see nothing but zeros become what follows a sum of 0; the others are exact enough. */
const TAME: i32 = 0;
const WILD: i32 = 1;
const WITH_ZEROS: i32 = 2;

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
    for (let x = 0; x < last + 4; x += 8) {
      const o = (<usize>min(x, last)) << 2;
      const o4 = (<usize>min(x + 4, last)) << 2;
      let sum: v128 = f32x4.splat(0);
      let most = sum;
      let sum4 = sum;
      let most4 = sum;
      let from = row;
      for (let c = 0; c < channels; c++, from += plane) {
        const a = f32x4.abs(v128.load(from + o));
        const a4 = f32x4.abs(v128.load(from + o4));
        sum = f32x4.add(sum, a);
        most = f32x4.max(most, a);
        sum4 = f32x4.add(sum4, a4);
        most4 = f32x4.max(most4, a4);
      }
      const at = to + ((<usize>padX) << 2);
      v128.store(at + o, sum);
      v128.store(at + o + apart, most);
      v128.store(at + o4, sum4);
      v128.store(at + o4 + apart, most4);
    }
  }
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
      store<i32>(to, judge(kind, sums, pitch * (images * tall), pitch, rows, columns));
    }
  }
}

/** Of a tile whose sums start at `sums` and whose maxima `apart` bytes later, with rows×columns outputs that lie inside. */
function judge(kind: i32, sums: usize, apart: usize, pitch: usize, rows: i32, columns: i32): i32 {
  const strided = kind === STRIDED;
  const inputs = strided ? 9 : kind >= SUBPIXEL ? 5 : 6;
  let most4: v128 = f32x4.splat(0);
  for (let y = 0, m = sums + apart; y < inputs; y++, m += pitch) {
    for (let x = 0; x < inputs; x += 4)
      most4 = f32x4.max(most4, v128.load(m + ((<usize>min(x, inputs - 4)) << 2)));
  }
  const most = max4(most4);
  if (most === 0) return TAME;
  if (!(most < HUGE)) return WILD;

  // What each output sees, the greatest and least of it. Of a transposed convolution only outputs of all four outer taps: the others
  // mix no more than a row or a column.
  if (kind >= SUBPIXEL) {
    rows = max(1, (rows + 1 - (kind & 1)) >> 1);
    columns = max(1, (columns + 1 - (kind & 1)) >> 1);
  }
  const none = f32x4.splat(0);
  const inside = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(columns));
  const taps = kind >= SUBPIXEL ? 2 : 3;
  let least: v128 = f32x4.splat(Infinity);
  let greatest = none;
  let zeros = none;
  for (let y = 0; y < rows; y++, sums += strided ? 2 * pitch : pitch) {
    let seen = none;
    for (let k = 0, row = sums; k < taps; k++, row += pitch) {
      let three = f32x4.add(v128.load(row), v128.load(row, 4));
      if (taps === 3) three = f32x4.add(three, v128.load(row, 8));
      if (strided) {
        const right = f32x4.add(
          f32x4.add(v128.load(row, 16), v128.load(row, 20)),
          v128.load(row, 24),
        );
        three = v128.shuffle<i32>(three, right, 0, 2, 4, 6);
      }
      seen = f32x4.add(seen, three);
    }
    greatest = f32x4.max(greatest, seen);
    const zero = v128.and(inside, f32x4.eq(seen, none));
    zeros = v128.or(zeros, zero);
    const counts = v128.andnot(inside, zero);
    least = f32x4.min(least, v128.bitselect(seen, f32x4.splat(Infinity), counts));
  }
  // An output that sees n values of one size, in a tile of m, is off by √m ulp where it may be by n: n must be some, and no less than √m / 4.
  const enough = max<f32>(<f32>3 * most, <f32>0.5 * sqrt(most) * sqrt(max4(greatest)));
  if (v128.any_true(f32x4.lt(least, f32x4.splat(enough)))) return WILD;
  return v128.any_true(zeros) ? WITH_ZEROS : TAME;
}

function max4(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
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
    for (let n = 0; n < images; n++) {
      let p = planes + ((<usize>((n * channels + c) * plane)) << 2);
      let left = plane;
      for (; left >= 4; left -= 4, p += 16) {
        const a = f32x4.abs(v128.load(p));
        sum = f32x4.add(sum, a);
        most = f32x4.max(most, a);
      }
      if (left > 0) {
        const a = f32x4.abs(loadTail(p, left));
        sum = f32x4.add(sum, a);
        most = f32x4.max(most, a);
      }
    }
    const greatest = max4(most);
    const tame = greatest < HUGE && <f32>8 * greatest <= sum4(sum);
    store<i32>(wild + ((<usize>c) << 2), tame ? 0 : 1);
  }
}
