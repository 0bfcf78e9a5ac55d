// What becomes of the tiles that `winogradJudge` found: wild ones are copied out, convolved plainly and copied back.
import { STRIDED, SUBPIXEL, sideOf, stepOf } from "./winograd-kind";

/**
 * tiles [count, channels, side, side] = those of the list in planes [images, channels, height, width], zeros outside, or the other way
 * with `back`: tile t lies at `step` times its row and column of `down` and `across` minus pad. Item = tile·channels + channel.
 */
export function winogradCopyTiles(
  tiles: usize,
  planes: usize,
  list: usize,
  back: i32,
  channels: i32,
  height: i32,
  width: i32,
  side: i32,
  step: i32,
  padY: i32,
  padX: i32,
  across: i32,
  down: i32,
  begin: i32,
  end: i32,
): void {
  let at = tiles + ((<usize>(begin * side * side)) << 2);
  for (let item = begin; item < end; item++) {
    const k = item / channels;
    const t = load<i32>(list + ((<usize>k) << 2));
    const band = t / across;
    const n = band / down;
    const top = (band - n * down) * step - padY;
    const left = (t - band * across) * step - padX;
    const plane = (n * channels + item - k * channels) * height;
    for (let y = top; y < top + side; y++) {
      for (let x = left; x < left + side; x++, at += 4) {
        const inside = <u32>y < <u32>height && <u32>x < <u32>width;
        const p = planes + ((<usize>((plane + y) * width + x)) << 2);
        if (!back) store<f32>(at, inside ? load<f32>(p) : 0);
        else if (inside) store<f32>(p, load<f32>(at));
      }
    }
  }
}

/**
 * out [images, rows, outHeight, outWidth] = max(bias, least) wherever it sees nothing but zeros, in the tiles of the list; levels from
 * `winogradLevels`. Item = a tile. Scratch: a word for each output of a tile.
 */
export function winogradZeros(
  out: usize,
  levels: usize,
  list: usize,
  bias: usize,
  least: f32,
  kind: i32,
  rows: i32,
  outHeight: i32,
  outWidth: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const side = sideOf(kind);
  const across = (outWidth + side - 1) / side;
  const down = (outHeight + side - 1) / side;
  const wide = across * stepOf(kind) + 4;
  const tall = down * stepOf(kind) + 2;
  for (let item = begin; item < end; item++) {
    const t = load<i32>(list + ((<usize>item) << 2));
    const band = t / across;
    const n = band / down;
    const top = (band - n * down) * side;
    const left = (t - band * across) * side;
    let found = scratch;
    for (let y = top; y < min(outHeight, top + side); y++) {
      for (let x = left; x < min(outWidth, left + side); x++) {
        let sum: f32 = 0;
        for (let v = firstSeen(kind, y); v <= lastSeen(kind, y); v++) {
          for (let u = firstSeen(kind, x); u <= lastSeen(kind, x); u++) {
            sum += load<f32>(levels + ((<usize>((n * tall + v) * wide + u)) << 2));
          }
        }
        if (sum === 0) {
          store<i32>(found, (y * outWidth + x) << 2);
          found += 4;
        }
      }
    }
    for (let row = 0; row < rows; row++) {
      const to = out + ((<usize>((n * rows + row) * outHeight * outWidth)) << 2);
      const shift: f32 = bias === 0 ? 0 : load<f32>(bias + ((<usize>row) << 2));
      for (let p = scratch; p < found; p += 4) store<f32>(to + load<i32>(p), max(shift, least));
    }
  }
}

/** First of the padded inputs that output y sees along an axis. */
function firstSeen(kind: i32, y: i32): i32 {
  if (kind < SUBPIXEL) return kind === STRIDED ? 2 * y : y;
  return kind === SUBPIXEL ? (y + 1) >> 1 : y >> 1;
}

function lastSeen(kind: i32, y: i32): i32 {
  return kind < SUBPIXEL ? firstSeen(kind, y) + 2 : kind === SUBPIXEL ? (y >> 1) + 1 : (y + 1) >> 1;
}
