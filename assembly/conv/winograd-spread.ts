import { WinogradKind } from "../lib/codes";
import { ceilDiv } from "../lib/sizes";
import { spreadEvens, widenEvens } from "./winograd-evens";
import { pointsOf, sideOf, stepOf } from "./winograd-kind";
import { TiledPlanes, WinogradPlan } from "./winograd-plan";
import { spread, widen } from "./winograd-transform";

// The tiles of an item are listed in a table, three words for each tile: the address of its output in channel 0, the
// address of its input in the stage, and rows·16 + columns of the output that lie inside. That third word is 0 for a
// filler.
export const TILE: usize = 16;
export const SOURCE: usize = 4;
export const SIZE: usize = 8;

/** Bytes of a row of the stage. A row holds all tiles of a band, `step` floats from one to the next. */
export function stagePitchOf(step: i32, across: i32): usize {
  return <usize>(across * step + 4) * 4;
}

/** How many bands of tiles `tiles` neighbouring tiles may lie in. */
export function bandsOf(tiles: i32, across: i32): i32 {
  return ceilDiv(tiles - 1, across) + 1;
}

/** Lists the inputs of tiles t0 … t1 in the table. In a band, the stage has `step` floats from one tile to the next. */
export function listStaged(
  table: usize,
  stage: usize,
  bandPitch: usize,
  step: i32,
  across: i32,
  t0: i32,
  t1: i32,
): void {
  const firstBand = t0 / across;
  for (let t = t0; t < t1; t++, table += TILE) {
    const band = t / across;
    const at = stage + <usize>(band - firstBand) * bandPitch;
    store<usize>(table, at + ((<usize>((t - band * across) * step)) << 2), SOURCE);
  }
}

/**
 * Lists the outputs of tiles t0 … t1, with fillers to whole panels of 8. Planes of out are
 * [images, rows, outHeight, outWidth].
 */
export function listOutputs(table: usize, out: usize, plan: WinogradPlan, t0: i32, t1: i32): void {
  const side = sideOf(plan.kind);
  const end = t0 + ((t1 - t0 + 7) & ~7);
  for (let t = t0; t < end; t++, table += TILE) {
    const real = min(t, t1 - 1);
    const band = real / plan.across;
    const n = band / plan.down;
    const y = (band - n * plan.down) * side;
    const x = (real - band * plan.across) * side;
    const at = (n * plan.rows * plan.outHeight + y) * plan.outWidth + x;
    store<usize>(table, out + ((<usize>at) << 2));
    const size = (min(side, plan.outHeight - y) << 4) | min(side, plan.outWidth - x);
    store<i32>(table, t < t1 ? size : 0, SIZE);
  }
}

/**
 * The stage of channel c of `planes`, [band][points][stagePitch]: what tiles t0 … t1
 * read, spread downwards. Columns outside of the plane stay as they are. A `gradient` is that of the outputs of PLAIN
 * or STRIDED. Scratch: 9 words.
 */
export function readBands(
  plan: TiledPlanes,
  gradient: bool,
  stage: usize,
  stagePitch: usize,
  planes: usize,
  zeros: usize,
  c: i32,
  t0: i32,
  t1: i32,
  scratch: usize,
): void {
  const kind = plan.kind;
  const across = plan.across;
  const height = plan.height;
  const width = plan.width;
  const firstBand = t0 / across;
  const lastBand = (t1 - 1) / across;
  const row = (<usize>width) << 2;
  const step = gradient ? 4 : stepOf(kind);
  let to = stage + ((<usize>plan.padX) << 2);
  for (let band = firstBand; band <= lastBand; band++) {
    const n = band / plan.down;
    const y = (band - n * plan.down) * step - plan.padY;
    let p = planes + <usize>((n * plan.channels + c) * height + y) * row;
    for (let k: usize = 0; k < 9; k++, p += row) {
      const inside = <u32>(y + <i32>k) < <u32>height;
      store<usize>(scratch + (k << 2), inside ? p : zeros);
    }
    const x0 = (band === firstBand ? t0 - band * across : 0) * step - plan.padX;
    const x1 = (band === lastBand ? t1 - band * across : across) * step - plan.padX + 2;
    // The last four columns inside may overlap the four before them.
    const end = max(4, min(width, x1));
    for (let x = min(end - 4, max(0, x0)); x < end; x += 4) {
      const o = (<usize>min(x, end - 4)) << 2;
      spreadColumns(kind, gradient, to + o, stagePitch, scratch, o);
    }
    to += <usize>pointsOf(kind) * stagePitch;
  }
}

/** Spreads four columns at o of a band's rows to to[k·step]. */
function spreadColumns(
  kind: WinogradKind,
  gradient: bool,
  to: usize,
  step: usize,
  rows: usize,
  o: usize,
): void {
  const r0 = v128.load(load<usize>(rows) + o);
  const r1 = v128.load(load<usize>(rows, 4) + o);
  const r2 = v128.load(load<usize>(rows, 8) + o);
  const r3 = v128.load(load<usize>(rows, 12) + o);
  if (gradient) {
    widenOutputs(kind, to, step, r0, r1, r2, r3);
    return;
  }
  const r4 = v128.load(load<usize>(rows, 16) + o);
  const r5 = v128.load(load<usize>(rows, 20) + o);
  let r6 = r5;
  let r7 = r5;
  let r8 = r5;
  if (kind === WinogradKind.strided) {
    r6 = v128.load(load<usize>(rows, 24) + o);
    r7 = v128.load(load<usize>(rows, 28) + o);
    r8 = v128.load(load<usize>(rows, 32) + o);
  }
  spreadInputs(kind, to, step, r0, r1, r2, r3, r4, r5, r6, r7, r8);
}

/** Spreads the inputs of a tile along an axis to its points, as winograd-kind.ts says. */
export function spreadInputs(
  kind: WinogradKind,
  to: usize,
  step: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
  x6: v128,
  x7: v128,
  x8: v128,
): void {
  if (kind === WinogradKind.plain) {
    spread(to, step, x0, x1, x2, x3, x4, x5);
    return;
  }
  const strided = kind === WinogradKind.strided;
  let e1 = x1;
  let e2 = x2;
  let e3 = x3;
  let e4 = x4;
  if (strided) {
    e1 = x2;
    e2 = x4;
    e3 = x6;
    e4 = x8;
  }
  spreadEvens(to, step, x0, e1, e2, e3, e4); // one call, so that it is inlined
  to += 5 * step;
  if (strided) copy4(to, step, x1, x3, x5, x7);
  else if (kind === WinogradKind.subpixel) copy4(to, step, x1, x2, x3, x4);
  else copy4(to, step, x0, x1, x2, x3);
}

/** The same for a gradient of the four outputs of a plain or strided tile. */
export function widenOutputs(
  kind: WinogradKind,
  to: usize,
  step: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
): void {
  if (kind === WinogradKind.strided) {
    widenEvens(to, step, x0, x1, x2, x3);
    copy4(to + 5 * step, step, x0, x1, x2, x3);
  } else widen(to, step, x0, x1, x2, x3);
}

/** to[k·step] = the k-th of the four vectors. */
function copy4(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, a);
  to += step;
  v128.store(to, b);
  to += step;
  v128.store(to, c);
  to += step;
  v128.store(to, d);
}
