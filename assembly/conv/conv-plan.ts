// The plan of a convolution, which the host makes (src/ops/conv/conv-plan.ts). For each group it describes the gather
//   out[n, m, y, x] = Σ(c, t) weight[m, c, t] · image[n, c, y·sy + tapY[t], x·sx + tapX[t]]
// over a lattice of pixels (y, x), which may be every s-th pixel of the output. The image is read from a patch: the
// pixels of a tile with their zero padding. The columns of a row of the patch are sorted by x mod sx, so that the
// pixels of a tap are contiguous. A plan without padding or stride reads the image itself ("direct").
import { word } from "../lib/plan";

export const IMAGES = 0;
export const GROUPS = 4;
/** Output channels of a group. */
export const ROWS = 8;
/** Input channels of a group. */
export const CHANNELS = 12;
export const IMAGE_HEIGHT = 16;
export const IMAGE_WIDTH = 20;
/** The lattice has HEIGHT × WIDTH pixels. */
export const HEIGHT = 24;
export const WIDTH = 28;
export const STEP_Y = 32;
export const STEP_X = 36;
/** Where the patch of lattice pixel (0, 0) begins, in coordinates of the image. */
export const ORIGIN_Y = 40;
export const ORIGIN_X = 44;
/** How many rows the patch has beyond those of the first taps. */
export const SPAN_Y = 48;
export const DIRECT = 52;
/** Pitches of the patch, in floats: of a phase of a row, a row, a channel, an image. */
export const PHASE_PITCH = 56;
export const ROW_PITCH = 60;
export const CHANNEL_PITCH = 64;
export const IMAGE_PITCH = 68;
/** Where lattice pixel (y, x) lies in an output plane of OUT_PLANE floats: OUT_FIRST + y·OUT_Y + x·OUT_X. */
export const OUT_PLANE = 72;
export const OUT_FIRST = 76;
export const OUT_Y = 80;
export const OUT_X = 84;
/**
 * A tile: its images (more than one only with all their rows), lattice rows, output channels, channels summed at a
 * time.
 */
export const TILE_IMAGES = 88;
export const TILE_HEIGHT = 92;
export const TILE_ROWS = 96;
export const TILE_CHANNELS = 100;
/**
 * Whether products of all channels are summed at a time and stored as they are, in whole tiles of 4 rows × 8 pixels.
 */
export const STRAIGHT = 104;
/**
 * The taps: their number, the index of each among the weight's kh·kw, then the byte offset in the patch of every
 * (channel, tap) of a tile's channels.
 */
export const TAPS = 108;
export const TAP_LIST = 112;

/** Address of the offsets of (channel, tap). */
export function offsetList(plan: usize): usize {
  return plan + TAP_LIST + ((<usize>word(plan, TAPS)) << 2);
}
