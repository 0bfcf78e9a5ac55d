import { WinogradKind } from "../lib/codes";
import { column0, column1, column2, column3 } from "../lib/transpose";
import { spreadEvens, widenEvens } from "./winograd-evens";
import { pointsOf } from "./winograd-kind";
import { copy4, SOURCE, TILE } from "./winograd-spread";
import { spread, widen } from "./winograd-transform";

/** Spreads the four staged tiles of the table at `entry` across: points² vectors dst[k·step], a tile a lane. */
export function spreadTiles(
  kind: WinogradKind,
  dst: usize,
  step: usize,
  entry: usize,
  stagePitch: usize,
): void {
  const p0 = load<usize>(entry, SOURCE);
  const p1 = load<usize>(entry + TILE, SOURCE);
  const p2 = load<usize>(entry + 2 * TILE, SOURCE);
  const p3 = load<usize>(entry + 3 * TILE, SOURCE);
  spreadFour(kind, false, dst, step, p0, p1, p2, p3, stagePitch);
}

/** Spreads one tile of four planes across. The planes are staged one after another, and each has a lane. */
export function spreadPlanes(
  kind: WinogradKind,
  gradient: bool,
  dst: usize,
  step: usize,
  entry: usize,
  stageSize: usize,
  stagePitch: usize,
): void {
  const p = load<usize>(entry, SOURCE);
  const p2 = p + 2 * stageSize;
  spreadFour(kind, gradient, dst, step, p, p + stageSize, p2, p2 + stageSize, stagePitch);
}

function spreadFour(
  kind: WinogradKind,
  gradient: bool,
  dst: usize,
  step: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  pitch: usize,
): void {
  const points = pointsOf(kind);
  for (let y = 0; y < points; y++, dst += <usize>points * step) {
    let a = v128.load(p0);
    let b = v128.load(p1);
    let c = v128.load(p2);
    let d = v128.load(p3);
    const x0 = column0(a, b, c, d);
    const x1 = column1(a, b, c, d);
    const x2 = column2(a, b, c, d);
    const x3 = column3(a, b, c, d);
    if (gradient) {
      if (kind === WinogradKind.strided) {
        widenEvens(dst, step, x0, x1, x2, x3);
        copy4(dst + 5 * step, step, x0, x1, x2, x3);
      } else widen(dst, step, x0, x1, x2, x3);
    } else if (kind === WinogradKind.plain) {
      a = v128.load64_zero(p0, 16);
      b = v128.load64_zero(p1, 16);
      c = v128.load64_zero(p2, 16);
      d = v128.load64_zero(p3, 16);
      spread(dst, step, x0, x1, x2, x3, column0(a, b, c, d), column1(a, b, c, d));
    } else {
      const strided = kind === WinogradKind.strided;
      let e1 = x1;
      let e2 = x2;
      let e3 = x3;
      let o0 = x1;
      let o1 = x3;
      let o2 = x2;
      let o3 = x3;
      const last = column(p0, p1, p2, p3, strided ? 32 : 16);
      if (strided) {
        a = v128.load(p0, 16);
        b = v128.load(p1, 16);
        c = v128.load(p2, 16);
        d = v128.load(p3, 16);
        e1 = x2;
        e2 = column0(a, b, c, d);
        e3 = column2(a, b, c, d);
        o2 = column1(a, b, c, d);
        o3 = column3(a, b, c, d);
      } else if (kind === WinogradKind.subpixel) {
        o1 = x2;
        o2 = x3;
        o3 = last;
      } else {
        o0 = x0;
        o1 = x1;
      }
      spreadEvens(dst, step, x0, e1, e2, e3, last);
      copy4(dst + 5 * step, step, o0, o1, o2, o3);
    }
    p0 += pitch;
    p1 += pitch;
    p2 += pitch;
    p3 += pitch;
  }
}

/** One float of each of four rows, o bytes from the start. */
function column(p0: usize, p1: usize, p2: usize, p3: usize, o: usize): v128 {
  let v = v128.load32_zero(p0 + o);
  v = v128.load_lane<f32>(p1 + o, v, 1);
  v = v128.load_lane<f32>(p2 + o, v, 2);
  return v128.load_lane<f32>(p3 + o, v, 3);
}
