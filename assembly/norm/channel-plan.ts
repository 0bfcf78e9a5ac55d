/** The plan of the steps of channel-norm-parts.ts and column-norm.ts: x and its sets as in channel-norm.ts. */
@unmanaged
export class ChannelPlan {
  runs: i32;
  planeStep: i32;
  length: i32;
  channels: i32;
  /** Where planes are columns: the length of a row, and the width of a block of columns. */
  cols: i32;
  width: i32;
  /** How a plane is cut into parts. */
  partSize: i32;
  parts: i32;

  /** The set plane p belongs to. */
  setOf(p: i32): i32 {
    return this.planeStep === 1 ? p / this.runs : p % this.planeStep;
  }

  /** Elements of plane p before the part of an item, where item = p · parts + part. */
  fromOf(item: i32, p: i32): i32 {
    return (item - p * this.parts) * this.partSize;
  }

  /** Elements of the part that begins there. */
  sizeOf(from: i32): i32 {
    return min(this.partSize, this.length - from);
  }
}
