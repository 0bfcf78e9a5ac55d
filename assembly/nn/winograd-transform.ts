import { interleave4 } from "./gemm-pack";

// Winograd's F(4×4, 3×3) (Lavin & Gray, arXiv 1509.09308) with the points 0, ±√½, ±√2, ∞: y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A for 4×4
// pixels y of a 6×6 input d and a filter g. These points lose half of the digits that 0, ±1, ±2, ∞ lose.
const ROOT_HALF: f32 = 0.70710678;
const ROOT_TWO: f32 = 1.41421356;

/** to[k·step] = row k of Bᵀ · x, k < 6, four columns at once. */
export function spread(
  to: usize,
  step: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
): void {
  const two = f32x4.splat(2);
  const half = f32x4.splat(0.5);
  const sum = f32x4.splat(2.5);
  v128.store(to, f32x4.sub(f32x4.add(x0, x4), f32x4.mul(sum, x2)));
  const evenA = f32x4.sub(x4, f32x4.mul(two, x2));
  const oddA = f32x4.mul(f32x4.splat(ROOT_HALF), f32x4.sub(x3, f32x4.mul(two, x1)));
  to += step;
  v128.store(to, f32x4.add(evenA, oddA));
  to += step;
  v128.store(to, f32x4.sub(evenA, oddA));
  const evenB = f32x4.sub(x4, f32x4.mul(half, x2));
  const oddB = f32x4.mul(f32x4.splat(ROOT_TWO), f32x4.sub(x3, f32x4.mul(half, x1)));
  to += step;
  v128.store(to, f32x4.add(evenB, oddB));
  to += step;
  v128.store(to, f32x4.sub(evenB, oddB));
  to += step;
  v128.store(to, f32x4.sub(f32x4.add(x1, x5), f32x4.mul(sum, x3)));
}

/** to[k·step] = row k of G · (g0, g1, g2), k < 6. */
export function spreadFilter(to: usize, step: usize, g0: v128, g1: v128, g2: v128): void {
  v128.store(to, g0);
  const a = f32x4.splat(-2.0 / 3);
  const evenA = f32x4.mul(a, f32x4.add(g0, f32x4.mul(f32x4.splat(0.5), g2)));
  const oddA = f32x4.mul(f32x4.mul(a, f32x4.splat(ROOT_HALF)), g1);
  to += step;
  v128.store(to, f32x4.add(evenA, oddA));
  to += step;
  v128.store(to, f32x4.sub(evenA, oddA));
  const b = f32x4.splat(1.0 / 6);
  const evenB = f32x4.mul(b, f32x4.add(g0, f32x4.mul(f32x4.splat(2), g2)));
  const oddB = f32x4.mul(f32x4.mul(b, f32x4.splat(ROOT_TWO)), g1);
  to += step;
  v128.store(to, f32x4.add(evenB, oddB));
  to += step;
  v128.store(to, f32x4.sub(evenB, oddB));
  to += step;
  v128.store(to, g2);
}

/** to[k·step] = row k of Aᵀ · m + shift, k < 4, m[j] at from + j·pitch. */
export function gather(to: usize, step: usize, from: usize, pitch: usize, shift: v128): void {
  const m0 = f32x4.add(v128.load(from), shift);
  from += pitch;
  const m1 = v128.load(from);
  from += pitch;
  const m2 = v128.load(from);
  from += pitch;
  const m3 = v128.load(from);
  from += pitch;
  const m4 = v128.load(from);
  from += pitch;
  const m5 = f32x4.add(v128.load(from), shift);
  const evenA = f32x4.add(m1, m2);
  const oddA = f32x4.mul(f32x4.splat(ROOT_HALF), f32x4.sub(m1, m2));
  const evenB = f32x4.add(m3, m4);
  const oddB = f32x4.mul(f32x4.splat(ROOT_TWO), f32x4.sub(m3, m4));
  const two = f32x4.splat(2);
  const half = f32x4.splat(0.5);
  v128.store(to, f32x4.add(f32x4.add(m0, evenA), evenB));
  to += step;
  v128.store(to, f32x4.add(f32x4.add(oddA, oddB), shift));
  to += step;
  v128.store(to, f32x4.add(f32x4.add(f32x4.mul(half, evenA), f32x4.mul(two, evenB)), shift));
  to += step;
  v128.store(to, f32x4.add(f32x4.add(m5, f32x4.mul(half, oddA)), f32x4.mul(two, oddB)));
}

/** Panels of 4 rows of the 36 transformed filters: u[point][⌈rows/4⌉][channel][4]... */
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
  const half = scratch + 9 * 16;
  for (let item = begin; item < end; item++) {
    const i = item * 4;
    const next = (<usize>rowPitch) << 2;
    let p0 = weight + <usize>i * next;
    // Rows beyond the last are filler, never stored.
    const d1 = i + 1 < rows ? next : 0;
    const d2 = i + 2 < rows ? next << 1 : 0;
    const d3 = i + 3 < rows ? next * 3 : 0;
    let to = u + (<usize>(item * channels) << 4);
    const first = rotated ? scratch + 8 * 16 : scratch;
    const step: usize = rotated ? -16 : 16;
    for (let c = 0; c < channels; c++, p0 += (<usize>channelPitch) << 2, to += 16) {
      interleave4(first, step, p0, p0 + d1, p0 + d2, p0 + d3, 9);
      for (let x: usize = 0; x < 48; x += 16) {
        const g = scratch + x;
        spreadFilter(half + x, 48, v128.load(g), v128.load(g, 48), v128.load(g, 96));
      }
      let at = to;
      for (let y: usize = 0; y < 6; y++, at += 6 * pitch) {
        const g = half + y * 48;
        spreadFilter(at, pitch, v128.load(g), v128.load(g, 16), v128.load(g, 32));
      }
    }
  }
}

/** Bytes from one point's matrix of n floats to the next: a line more, so that the 36 do not fall into one set of L1. */
export function pointPitch(n: i32): usize {
  return ((<usize>n) << 2) + 64;
}
