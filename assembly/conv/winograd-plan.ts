import { WinogradKind } from "../lib/codes";
import { tallOf, wideOf } from "./winograd-kind";

/** What both plans begin with: planes [images, channels, height, width] that are cut into tiles. */
@unmanaged
export class TiledPlanes {
  kind: WinogradKind;
  channels: i32;
  height: i32;
  width: i32;
  /** Zeros before the first row and column. */
  padY: i32;
  padX: i32;
  /** Tiles of an image along its two axes. */
  across: i32;
  down: i32;
}

/**
 * The plan of a convolution by Winograd: image [images, channels, height, width] → out
 * [images, rows, outHeight, outWidth].
 */
@unmanaged
export class WinogradPlan extends TiledPlanes {
  images: i32;
  rows: i32;
  outHeight: i32;
  outWidth: i32;
  /** How many tiles, and how many rows, one item of `winograd` does. */
  tilesPerItem: i32;
  rowsPerItem: i32;

  /** Bytes of a row of the levels. */
  get levelPitch(): usize {
    return (<usize>wideOf(this.kind, this.across)) << 2;
  }

  /** Bytes of the levels of an image. */
  get levelPlane(): usize {
    return this.levelPitch * tallOf(this.kind, this.down);
  }
}

/** The plan of `winogradSpread`, which takes tiles firstTile … endTile. */
@unmanaged
export class WinogradSpreadPlan extends TiledPlanes {
  /** Whether the planes are gradients of the outputs. */
  gradient: i32;
  /** Channels of a panel: 4 or 8. */
  lanes: i32;
  firstTile: i32;
  endTile: i32;
}
