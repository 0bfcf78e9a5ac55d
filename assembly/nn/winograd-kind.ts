// How a tile of a 3×3 convolution is cut up along each axis.

/** Stride 1: F(4, 3), 4 outputs of 6 inputs by 6 products. */
export const PLAIN = 0;
/** Stride 2: 4 outputs of 9 inputs. The even inputs meet the outer taps, F(4, 2) by 5 products; the odd ones the middle tap, by 4. */
export const STRIDED = 1;
/**
 * The transpose of stride 2: 8 outputs of 5 inputs. Every other output meets the outer taps, F(4, 2) by 5 products, those between the
 * middle one, by 4. The former come first where the padding is even, the latter where it is odd.
 */
export const SUBPIXEL = 2;
export const SUBPIXEL_ODD = 3;

/** Products along an axis: 6, or 5 + 4. */
export function pointsOf(kind: i32): i32 {
  return kind === PLAIN ? 6 : 9;
}

/** Inputs from one tile to the next. */
export function stepOf(kind: i32): i32 {
  return kind === STRIDED ? 8 : 4;
}

/** Outputs of a tile. */
export function sideOf(kind: i32): i32 {
  return kind >= SUBPIXEL ? 8 : 4;
}

/** Of the 6 filters along an axis the last is that of points 5 … 8: one past the last point of filter i. */
export function lastPoint(kind: i32, i: i32): i32 {
  return i === 5 ? pointsOf(kind) : i + 1;
}

/** From here on the transforms of inputs or filters may overflow, if they are finite at all. */
export const HUGE: f32 = 1e15;

/**
 * The verdict on a tile some of whose outputs see nothing but zeros, and become what follows a sum of 0. To it a bit is added for each,
 * 1 for the first, but for transposed convolutions.
 */
export const WITH_ZEROS: f32 = 2;

/** Bytes from one point's matrix of n floats to the next: a line more, so that they do not fall into one set of L1. */
export function pointPitch(n: i32): usize {
  return ((<usize>n) << 2) + 64;
}

/** Bytes of the scratch of `gatherTiles` and of the filters' transforms. */
export const CORNER: usize = 40 * 16;

/**
 * Products summed in registers: with 64 the error stays below 1e-6 for any number of channels, 4 to 5 times that of plain sums,
 * where 256 gave 8 times at no more than 5 % less time.
 */
export const DEPTH: i32 = 64;
