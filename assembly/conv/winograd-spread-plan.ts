// The plan of `winogradSpread`: it takes tiles firstTile … endTile of planes [images, channels, height, width]. An
// image has across·down of them.
export const WINOGRAD_KIND = 0;
/** Whether the planes are gradients of the outputs. */
export const GRADIENT = 4;
/** Channels of a panel: 4 or 8. */
export const LANES = 8;
export const CHANNELS = 12;
export const HEIGHT = 16;
export const WIDTH = 20;
/** Zeros before the first row and column. */
export const PAD_Y = 24;
export const PAD_X = 28;
export const ACROSS = 32;
export const DOWN = 36;
export const FIRST_TILE = 40;
export const END_TILE = 44;
