// The plan of the steps of channel-norm-parts.ts and column-norm.ts: x and its sets as in channel-norm.ts.
export const RUNS = 0;
export const PLANE_STEP = 4;
export const LENGTH = 8;
export const CHANNELS = 12;
/** Where planes are columns: the length of a row, and the width of a block of columns. */
export const COLS = 16;
export const WIDTH = 20;
/** How a plane is cut into parts. */
export const PART_SIZE = 24;
export const PARTS = 28;
