// The tiles that `winogradJudge` found wild are copied out, convolved plainly and copied back.

import { TileVerdict, WinogradKind } from "../lib/codes";
import { sideOf } from "./winograd-kind";
import { WinogradPlan } from "./winograd-plan";

/**
 * tiles [count, channels, side, side] = the tiles of the list in planes [images, channels, height, width], zeros
 * outside. With `back` it copies the other way. A tile lies at `step` times its row and column (of `down` and `across`)
 * minus pad. Item = tile·channels + channel.
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

/** @host Bytes of scratch of `winogradZeros`. */
export function winogradZerosScratch(kind: WinogradKind): usize {
  return 4 * sideOf(kind) * sideOf(kind);
}

/**
 * out [images, rows, outHeight, outWidth] = max(bias, least) wherever an output sees nothing but zeros, in the tiles of
 * the list. levels and verdicts are those of `winogradJudge`. Item = a tile. Scratch: a word for each output of a tile.
 */
export function winogradZeros(
  out: usize,
  levels: usize,
  verdicts: usize,
  list: usize,
  bias: usize,
  least: f32,
  plan: WinogradPlan,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const kind = plan.kind;
  const rows = plan.rows;
  const outHeight = plan.outHeight;
  const outWidth = plan.outWidth;
  const side = sideOf(kind);
  const pitch = plan.levelPitch;
  const plane = (<usize>(outHeight * outWidth)) << 2;
  for (let item = begin; item < end; item++) {
    const t = load<i32>(list + ((<usize>item) << 2));
    const bits = <i32>load<f32>(verdicts + ((<usize>t) << 2)) - TileVerdict.withZeros;
    const band = t / plan.across;
    const n = band / plan.down;
    const top = (band - n * plan.down) * side;
    const left = (t - band * plan.across) * side;
    const sums = levels + plan.levelPlane * n;
    // Whole rows of four are listed from the front of the scratch, single outputs from its end.
    let fours = scratch;
    const last = scratch + 4 * side * side;
    let single = last;
    for (let y = 0; y < min(side, outHeight - top); y++) {
      for (let x = 0; x < min(side, outWidth - left); x += 4) {
        const at = (top + y) * outWidth + left + x;
        let zeros = 0;
        if (kind < WinogradKind.subpixel) zeros = (bits >> (4 * y)) & 15;
        else
          for (let i = 0; i < min(4, outWidth - left - x); i++)
            zeros |= seesZeros(sums, pitch, kind & 1, top + y, left + x + i) << i;
        if (zeros === 15) {
          store<i32>(fours, at << 2);
          fours += 4;
        } else
          for (let i = 0; zeros >> i; i++) {
            if (!((zeros >> i) & 1)) continue;
            single -= 4;
            store<i32>(single, (at + i) << 2);
          }
      }
    }
    let to = out + plane * (n * rows);
    for (let row = 0; row < rows; row++, to += plane) {
      const shift: f32 = bias === 0 ? 0 : load<f32>(bias + ((<usize>row) << 2));
      const value = max(shift, least);
      const four = f32x4.splat(value);
      for (let p = scratch; p < fours; p += 4) v128.store(to + load<i32>(p), four);
      for (let p = single; p < last; p += 4) store<f32>(to + load<i32>(p), value);
    }
  }
}

/** Whether an output of a transposed convolution sees only zeros. Along an axis it sees one input or two. */
function seesZeros(sums: usize, pitch: usize, odd: i32, y: i32, x: i32): i32 {
  const left = (x + 1 - odd) >> 1;
  const right = odd ? (x + 1) >> 1 : (x >> 1) + 1;
  const top = sums + pitch * ((y + 1 - odd) >> 1);
  const bottom = sums + pitch * (odd ? (y + 1) >> 1 : (y >> 1) + 1);
  const a = load<f32>(top + ((<usize>left) << 2)) + load<f32>(top + ((<usize>right) << 2));
  const b = load<f32>(bottom + ((<usize>left) << 2)) + load<f32>(bottom + ((<usize>right) << 2));
  return a + b === 0 ? 1 : 0;
}
