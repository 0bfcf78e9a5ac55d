// How a tile of a 3×3 convolution is cut up along each axis.
//   plain        stride 1: F(4, 3), 4 outputs of 6 inputs by 6 products
//   strided      stride 2: 4 outputs of 9 inputs; the even inputs meet the outer taps, F(4, 2) by 5 products,
//                the odd inputs meet the middle tap, by 4 products
//   subpixel     the transpose of stride 2: 8 outputs of 5 inputs; every other output meets the outer taps, F(4, 2) by
//                5 products, and those between meet the middle tap, by 4 products; the outer taps come first, for an
//                even padding
//   subpixelOdd  like subpixel, for an odd padding: the outputs of the middle tap come first
import { WinogradKind } from "../lib/codes";

/** @host Products along an axis: 6, or 5 + 4. */
export function pointsOf(kind: WinogradKind): i32 {
  return kind === WinogradKind.plain ? 6 : 9;
}

/** @host Inputs from one tile to the next. */
export function stepOf(kind: WinogradKind): i32 {
  return kind === WinogradKind.strided ? 8 : 4;
}

/** @host Inputs of a tile. */
export function inputsOf(kind: WinogradKind): i32 {
  return kind === WinogradKind.strided ? 9 : kind >= WinogradKind.subpixel ? 5 : 6;
}

/** @host Outputs of a tile. */
export function sideOf(kind: WinogradKind): i32 {
  return kind >= WinogradKind.subpixel ? 8 : 4;
}

/** @host Floats of a row of levels: all that the tiles of a row read, padding included. */
export function wideOf(kind: WinogradKind, across: i32): i32 {
  return across * stepOf(kind) + 4;
}

/** @host Rows of the levels of an image. */
export function tallOf(kind: WinogradKind, down: i32): i32 {
  return down * stepOf(kind) + 2;
}

/** One past the last point of filter i. Of the 6 filters along an axis the last is that of points 5 … 8. */
export function lastPoint(kind: WinogradKind, i: i32): i32 {
  return i === 5 ? pointsOf(kind) : i + 1;
}

/** From this size on, the transforms of finite inputs or filters may overflow. */
export const HUGE: f32 = 1e15;

/**
 * @host Bytes from one point's matrix of n floats to the next. A cache line is added: they must not fall into one set
 * of L1.
 */
export function pointPitch(n: i32): usize {
  return <usize>n * 4 + 64;
}

/** Bytes of the scratch of `gatherTiles` and of the filters' transforms. */
export const CORNER: usize = 40 * 16;

/**
 * How many products are summed in registers. With 64 the error stays below 1e-6 for any number of channels, 4 to 5
 * times that of plain sums. With 256 it was 8 times that of plain sums, for at most 5 % less time.
 */
export const DEPTH: i32 = 64;
