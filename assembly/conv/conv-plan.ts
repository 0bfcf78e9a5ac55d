import { ceilDiv } from "../lib/sizes";

/**
 * The plan of a convolution, which the host makes (src/ops/conv/conv-plan.ts). For each group it describes the gather
 *   out[n, m, y, x] = Σ(c, t) weight[m, c, t] · image[n, c, y·sy + tapY[t], x·sx + tapX[t]]
 * over a lattice of pixels (y, x), which may be every s-th pixel of the output. The image is read from a patch: the
 * pixels of a tile with their zero padding. The columns of a row of the patch are sorted by x mod sx, so that the
 * pixels of a tap are contiguous. A plan without padding or stride reads the image itself ("direct").
 */
@unmanaged
export class ConvPlan {
  images: i32;
  groups: i32;
  /** Output channels of a group. */
  rows: i32;
  /** Input channels of a group. */
  channels: i32;
  imageHeight: i32;
  imageWidth: i32;
  /** The lattice has height × width pixels. */
  height: i32;
  width: i32;
  stepY: i32;
  stepX: i32;
  /** Where the patch of lattice pixel (0, 0) begins, in coordinates of the image. */
  originY: i32;
  originX: i32;
  /** How many rows the patch has beyond those of the first taps. */
  spanY: i32;
  direct: i32;
  /** Pitches of the patch, in floats: of a phase of a row, a row, a channel, an image. */
  phasePitch: i32;
  rowPitch: i32;
  channelPitch: i32;
  imagePitch: i32;
  /** Where lattice pixel (y, x) lies in an output plane of outPlane floats: outFirst + y·outY + x·outX. */
  outPlane: i32;
  outFirst: i32;
  outY: i32;
  outX: i32;
  /**
   * A tile: its images (more than one only with all their rows), lattice rows, output channels, channels summed at a
   * time.
   */
  tileImages: i32;
  tileHeight: i32;
  tileRows: i32;
  tileChannels: i32;
  /**
   * Whether products of all channels are summed at a time and stored as they are, in whole tiles of 4 rows × 8 pixels.
   */
  straight: i32;
  /**
   * The number of taps. Behind this word come the index of each among the weight's kh·kw, then the byte offset in the
   * patch of every (channel, tap) of a tile's channels.
   */
  taps: i32;

  /** The address of the taps' indices. */
  get tapList(): usize {
    return changetype<usize>(this) + offsetof<ConvPlan>();
  }

  /** The address of the offsets of (channel, tap). */
  get offsetList(): usize {
    return this.tapList + ((<usize>this.taps) << 2);
  }

  /** Tiles of the output channels of a group. */
  get rowTiles(): i32 {
    return ceilDiv(this.rows, this.tileRows);
  }

  /** Tiles of the rows of an image's lattice. */
  get bands(): i32 {
    return ceilDiv(this.height, this.tileHeight);
  }
}
