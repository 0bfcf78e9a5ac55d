// The plan of a convolution by Winograd: image [images, channels, height, width] → out
// [images, rows, outHeight, outWidth].
export const WINOGRAD_KIND = 0;
export const IMAGES = 4;
export const CHANNELS = 8;
export const ROWS = 12;
export const HEIGHT = 16;
export const WIDTH = 20;
export const OUT_HEIGHT = 24;
export const OUT_WIDTH = 28;
/** Zeros before the first row and column. */
export const PAD_Y = 32;
export const PAD_X = 36;
/** Tiles of an image along its two axes. */
export const ACROSS = 40;
export const DOWN = 44;
/** How many tiles, and how many rows, one item of `winograd` does. */
export const TILES_PER_ITEM = 48;
export const ROWS_PER_ITEM = 52;
