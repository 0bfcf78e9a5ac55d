// The plan of the steps of channel-norm-parts.ts and column-norm.ts: x and its sets as in channel-norm.ts.
export const RUNS = 0;
export const PLANE_STEP = 4;
export const LENGTH = 8;
export const CHANNELS = 12;
/** The length of a row and of a block of columns, where planes are columns. */
export const COLS = 16;
export const WIDTH = 20;
/** How a plane is cut up. */
export const PART_SIZE = 24;
export const PARTS = 28;
