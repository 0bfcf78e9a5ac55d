import { spread, widen } from "./winograd-transform";

// The tiles of an item are listed in a table, three words each: address of the output of channel 0, address of the input in the
// stage, and rows·16 + columns of the output that lie inside, 0 for a filler.
export const TILE: usize = 16;
export const SOURCE: usize = 4;
export const SIZE: usize = 8;

/** The table of tiles t0 … t1, with fillers to whole panels of 8. Planes of out are those of [images, rows, outHeight, outWidth]. */
export function listTiles(
  table: usize,
  stage: usize,
  stagePitch: usize,
  out: usize,
  rows: i32,
  across: i32,
  down: i32,
  outHeight: i32,
  outWidth: i32,
  t0: i32,
  t1: i32,
): void {
  const firstBand = t0 / across;
  const end = t0 + ((t1 - t0 + 7) & ~7);
  for (let t = t0; t < end; t++, table += TILE) {
    const real = min(t, t1 - 1);
    const band = real / across;
    const x = real - band * across;
    const n = band / down;
    const y = (band - n * down) * 4;
    const at = (n * rows * outHeight + y) * outWidth + x * 4;
    store<usize>(table, out + ((<usize>at) << 2));
    const from = <usize>(6 * (band - firstBand)) * stagePitch + ((<usize>x) << 4);
    store<usize>(table, stage + from, SOURCE);
    const size = (min(4, outHeight - y) << 4) | min(4, outWidth - x * 4);
    store<i32>(table, t < t1 ? size : 0, SIZE);
  }
}

/**
 * The stage of plane c of `planes` [images, channels, height, width], [band][6][stagePitch]: what tiles t0 … t1 read, spread downwards.
 * Columns outside of the plane stay as they are. Tiles of a `gradient` are 4×4.
 */
export function readBands(
  stage: usize,
  stagePitch: usize,
  planes: usize,
  zeros: usize,
  channels: i32,
  c: i32,
  height: i32,
  width: i32,
  padY: i32,
  padX: i32,
  across: i32,
  down: i32,
  t0: i32,
  t1: i32,
  gradient: bool,
): void {
  const firstBand = t0 / across;
  const lastBand = (t1 - 1) / across;
  const row = (<usize>width) << 2;
  let to = stage + ((<usize>padX) << 2);
  for (let band = firstBand; band <= lastBand; band++, to += 6 * stagePitch) {
    const n = band / down;
    const y = (band - n * down) * 4 - padY;
    const first = planes + <usize>((n * channels + c) * height + y) * row;
    const p0 = <u32>y < <u32>height ? first : zeros;
    const p1 = <u32>(y + 1) < <u32>height ? first + row : zeros;
    const p2 = <u32>(y + 2) < <u32>height ? first + 2 * row : zeros;
    const p3 = <u32>(y + 3) < <u32>height ? first + 3 * row : zeros;
    const p4 = <u32>(y + 4) < <u32>height ? first + 4 * row : zeros;
    const p5 = <u32>(y + 5) < <u32>height ? first + 5 * row : zeros;
    const x0 = (band === firstBand ? t0 - band * across : 0) * 4 - padX;
    const x1 = (band === lastBand ? t1 - band * across : across) * 4 - padX + 2;
    // The last four columns inside may overlap those before.
    const end = max(4, min(width, x1));
    for (let x = min(end - 4, max(0, x0)); x < end; x += 4) {
      const o = (<usize>min(x, end - 4)) << 2;
      const r0 = v128.load(p0 + o);
      const r1 = v128.load(p1 + o);
      const r2 = v128.load(p2 + o);
      const r3 = v128.load(p3 + o);
      if (gradient) widen(to + o, stagePitch, r0, r1, r2, r3);
      else spread(to + o, stagePitch, r0, r1, r2, r3, v128.load(p4 + o), v128.load(p5 + o));
    }
  }
}

/** Four tiles of stages spread across: 36 vectors dst[k·step], a tile a lane. */
export function spreadTiles(
  dst: usize,
  step: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  pitch: usize,
  gradient: bool,
): void {
  for (let y = 0; y < 6; y++) {
    let a = v128.load(p0);
    let b = v128.load(p1);
    let c = v128.load(p2);
    let d = v128.load(p3);
    let ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    let cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const x0 = v128.shuffle<i64>(ab, cd, 0, 2);
    const x1 = v128.shuffle<i64>(ab, cd, 1, 3);
    ab = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    cd = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    const x2 = v128.shuffle<i64>(ab, cd, 0, 2);
    const x3 = v128.shuffle<i64>(ab, cd, 1, 3);
    if (gradient) widen(dst, step, x0, x1, x2, x3);
    else {
      a = v128.load64_zero(p0, 16);
      b = v128.load64_zero(p1, 16);
      c = v128.load64_zero(p2, 16);
      d = v128.load64_zero(p3, 16);
      ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
      cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
      const x4 = v128.shuffle<i64>(ab, cd, 0, 2);
      const x5 = v128.shuffle<i64>(ab, cd, 1, 3);
      spread(dst, step, x0, x1, x2, x3, x4, x5);
    }
    dst += 6 * step;
    p0 += pitch;
    p1 += pitch;
    p2 += pitch;
    p3 += pitch;
  }
}
