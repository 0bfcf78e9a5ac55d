import { interleave4 } from "./gemm-pack";
import { pointPitch, spreadFilter } from "./winograd-transform";

/**
 * Filters spread to 36 points, each a matrix in panels of 4 rows, u[point][⌈rows/4⌉][channel][4], of weight[row·rowPitch +
 * channel·channelPitch + tap] (floats); `rotated` turns them by 180°, for the gradient of the input. Item = one panel. Scratch: 27·4 floats.
 */
export function winogradWeights(
  u: usize,
  weight: usize,
  rows: i32,
  channels: i32,
  rowPitch: i32,
  channelPitch: i32,
  rotated: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const pitch = pointPitch(((rows + 3) >> 2) * channels * 4);
  const next = (<usize>rowPitch) << 2;
  const first = rotated ? scratch + 8 * 16 : scratch;
  const step: usize = rotated ? -16 : 16;
  const spreadDown = scratch + 9 * 16;
  for (let item = begin; item < end; item++) {
    const i = item * 4;
    let p = weight + <usize>i * next;
    // Rows beyond the last are filler, never stored.
    const d1 = i + 1 < rows ? next : 0;
    const d2 = i + 2 < rows ? next << 1 : 0;
    const d3 = i + 3 < rows ? next * 3 : 0;
    let to = u + ((<usize>(item * channels)) << 4);
    for (let c = 0; c < channels; c++, p += (<usize>channelPitch) << 2, to += 16) {
      interleave4(first, step, p, p + d1, p + d2, p + d3, 9);
      for (let x: usize = 0; x < 48; x += 16) {
        const g = scratch + x;
        spreadFilter(spreadDown + x, 48, v128.load(g), v128.load(g, 48), v128.load(g, 96));
      }
      let at = to;
      for (let y: usize = 0; y < 6; y++, at += 6 * pitch) {
        const g = spreadDown + y * 48;
        spreadFilter(at, pitch, v128.load(g), v128.load(g, 16), v128.load(g, 32));
      }
    }
  }
}
