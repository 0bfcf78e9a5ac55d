import { FilterVerdict, WinogradKind } from "../lib/codes";
import { greater } from "../lib/simd";
import { interleave4, scaleRows } from "../product/gemm-pack";
import { spreadOuterTaps } from "./winograd-evens";
import { HUGE, pointPitch } from "./winograd-kind";
import { spreadFilter } from "./winograd-transform";

/** Makes the 6 filters of an axis from its three taps. */
function spreadTaps(
  kind: WinogradKind,
  to: usize,
  step: usize,
  g0: v128,
  g1: v128,
  g2: v128,
): void {
  if (kind === WinogradKind.plain) spreadFilter(to, step, g0, g1, g2);
  else {
    spreadOuterTaps(to, step, g0, g2);
    v128.store(to + 5 * step, g1);
  }
}

/**
 * Channels that are spread before they are copied to their place, in 36 runs of 1 KB. 512×256 filters take 5.9 ms so.
 * Spread to 36 places at once they take 12 ms.
 */
const CHANNELS: i32 = 64;
/** Bytes of scratch for one filter's taps, and for the taps spread downwards. */
const TAPS: usize = 27 * 16;

/** @host Bytes of scratch of `winogradWeights`. */
export function winogradWeightsScratch(): usize {
  return TAPS + 36 * pointPitch(4 * CHANNELS);
}

/**
 * Spreads filters weight[row·rowPitch + channel·channelPitch + tap] (floats) to 36 matrices in panels of 4 rows,
 * u[36][⌈rows/4⌉][channel][4]. `rotated` turns the filters by 180°, for the gradient of the input. scale [rows]
 * multiplies them, or is 0. Item = one panel. wild[item] is a FilterVerdict: wild where a filter would leak. A sum over
 * few of its weights, or over one corner of it as at the border of an image, is then off by some ulp of the greatest
 * weight. Scratch: 27 vectors and 36 runs, a cache line apart.
 */
export function winogradWeights(
  u: usize,
  weight: usize,
  scale: usize,
  rows: i32,
  channels: i32,
  rowPitch: i32,
  channelPitch: i32,
  rotated: i32,
  kind: WinogradKind,
  wild: usize,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const pitch = pointPitch(((rows + 3) >> 2) * channels * 4);
  const next = (<usize>rowPitch) << 2;
  const first = rotated ? scratch + 8 * 16 : scratch;
  const step: usize = rotated ? -16 : 16;
  const spreadDown = scratch + 9 * 16;
  const runs = scratch + TAPS;
  const runPitch = pointPitch(4 * CHANNELS);
  for (let item = begin; item < end; item++) {
    const i = item * 4;
    let p = weight + <usize>i * next;
    // Rows beyond the last only fill the panel: their products are never stored.
    const d1 = i + 1 < rows ? next : 0;
    const d2 = i + 2 < rows ? next << 1 : 0;
    const d3 = i + 3 < rows ? next * 3 : 0;
    let to = u + ((<usize>(item * channels)) << 4);
    let most: v128 = f32x4.splat(0);
    let topLeft = most;
    let topRight = most;
    let bottomLeft = most;
    let bottomRight = most;
    for (let c0 = 0; c0 < channels; c0 += CHANNELS) {
      const block = (<usize>min(CHANNELS, channels - c0)) << 4;
      for (let c: usize = 0; c < block; c += 16, p += (<usize>channelPitch) << 2) {
        interleave4(first, step, p, p + d1, p + d2, p + d3, 9);
        if (scale) scaleRows(scratch, 9, scale + ((<usize>i) << 2), rows - i);
        const a = f32x4.abs(v128.load(scratch));
        const b = f32x4.abs(v128.load(scratch, 16));
        const d = f32x4.abs(v128.load(scratch, 32));
        const e = f32x4.abs(v128.load(scratch, 48));
        const f = f32x4.abs(v128.load(scratch, 64));
        const g = f32x4.abs(v128.load(scratch, 80));
        const h = f32x4.abs(v128.load(scratch, 96));
        const j = f32x4.abs(v128.load(scratch, 112));
        const k = f32x4.abs(v128.load(scratch, 128));
        const above = greater(greater(a, b), greater(d, e));
        const below = greater(greater(f, g), greater(h, j));
        most = greater(greater(most, k), greater(above, below));
        const high = f32x4.add(b, f);
        const low = f32x4.add(f, j);
        topLeft = f32x4.add(topLeft, f32x4.add(f32x4.add(a, e), high));
        topRight = f32x4.add(topRight, f32x4.add(f32x4.add(d, g), high));
        bottomLeft = f32x4.add(bottomLeft, f32x4.add(f32x4.add(e, h), low));
        bottomRight = f32x4.add(bottomRight, f32x4.add(f32x4.add(g, k), low));
        for (let x: usize = 0; x < 48; x += 16) {
          const g = scratch + x;
          spreadTaps(kind, spreadDown + x, 48, v128.load(g), v128.load(g, 48), v128.load(g, 96));
        }
        let at = runs + c;
        for (let y: usize = 0; y < 6; y++, at += 6 * runPitch) {
          const g = spreadDown + y * 48;
          spreadTaps(kind, at, runPitch, v128.load(g), v128.load(g, 16), v128.load(g, 32));
        }
      }
      for (let k: usize = 0; k < 36; k++) memory.copy(to + k * pitch, runs + k * runPitch, block);
      to += block;
    }
    const top = f32x4.add(topLeft, topRight);
    const all = f32x4.add(top, f32x4.add(bottomLeft, bottomRight));
    const corner = f32x4.min(f32x4.min(topLeft, topRight), f32x4.min(bottomLeft, bottomRight));
    const enough = f32x4.max(
      f32x4.mul(f32x4.splat(3), most),
      f32x4.mul(f32x4.splat(1.0 / 24), all),
    );
    const even = v128.and(
      f32x4.ge(all, f32x4.mul(f32x4.splat(18), most)),
      f32x4.ge(corner, enough),
    );
    const finite = i32x4.all_true(f32x4.lt(most, f32x4.splat(HUGE)));
    const verdict = !finite
      ? FilterVerdict.infinite
      : i32x4.all_true(even)
        ? FilterVerdict.tame
        : FilterVerdict.wild;
    store<f32>(wild + ((<usize>item) << 2), <f32>verdict);
  }
}
