import { WinogradKind } from "../lib/codes";
import { column0, column1, column2, column3 } from "../lib/transpose";
import { pointsOf } from "./winograd-kind";
import { SOURCE, spreadInputs, TILE, widenOutputs } from "./winograd-spread";

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
    if (gradient) widenOutputs(kind, dst, step, x0, x1, x2, x3);
    else {
      a = v128.load(p0, 16);
      b = v128.load(p1, 16);
      c = v128.load(p2, 16);
      d = v128.load(p3, 16);
      const x4 = column0(a, b, c, d);
      const x5 = column1(a, b, c, d);
      let x6 = x5;
      let x7 = x5;
      let x8 = x5;
      if (kind === WinogradKind.strided) {
        x6 = column2(a, b, c, d);
        x7 = column3(a, b, c, d);
        x8 = ninth(p0, p1, p2, p3);
      }
      spreadInputs(kind, dst, step, x0, x1, x2, x3, x4, x5, x6, x7, x8);
    }
    p0 += pitch;
    p1 += pitch;
    p2 += pitch;
    p3 += pitch;
  }
}

/** The ninth float of each of four rows. */
function ninth(p0: usize, p1: usize, p2: usize, p3: usize): v128 {
  let v = v128.load32_zero(p0, 32);
  v = v128.load_lane<f32>(p1, v, 1, 32);
  v = v128.load_lane<f32>(p2, v, 2, 32);
  return v128.load_lane<f32>(p3, v, 3, 32);
}
