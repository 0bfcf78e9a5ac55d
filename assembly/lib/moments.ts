// The only place a mean or a variance is computed.
import { BLOCK, join, pair, squareSums } from "./block-sums";
import { sum4 } from "./simd";

/**
 * A guess at the mean of the n floats at p, from the first 16 of them. It is 0 if that is less than half their root
 * mean square.
 */
function guessMean(p: usize, n: i32): f32 {
  if (n < 16) {
    let sum: f32 = 0;
    for (let i = 0; i < n; i++) sum += load<f32>(p + ((<usize>i) << 2));
    return sum / <f32>n;
  }
  const a = v128.load(p);
  const b = v128.load(p, 16);
  const c = v128.load(p, 32);
  const d = v128.load(p, 48);
  const mean = sum4(join(a, b, c, d)) * 0.0625;
  const squares = sum4(join(f32x4.mul(a, a), f32x4.mul(b, b), f32x4.mul(c, c), f32x4.mul(d, d)));
  return mean * mean * 64 < squares ? 0 : mean;
}

/** (Σd, Σd²) with d = x − k of elements from … to of a set; see `moments`. */
function setSums(x: usize, length: i32, step: usize, from: i32, to: i32, k: f32): v128 {
  let sums: v128 = f64x2.splat(0);
  const run = from < length ? 0 : from / length;
  let offset = from - run * length;
  let p = x + <usize>run * step;
  for (let left = to - from; left > 0; p += step, offset = 0) {
    const n = min(length - offset, left);
    sums = f64x2.add(sums, squareSums(p + ((<usize>offset) << 2), n, k));
    left -= n;
  }
  return sums;
}

/** Like `setSums`, but in float64, for what float32 squares cannot hold. */
function setSums64(x: usize, length: i32, step: usize, from: i32, to: i32, k: f64): v128 {
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let i = from; i < to; i++) {
    const run = i / length;
    const d = <f64>load<f32>(x + <usize>run * step + ((<usize>(i - run * length)) << 2)) - k;
    sum += d;
    squares += d * d;
  }
  return pair(sum, squares);
}

/**
 * Like `moments`, but in two passes in float64. The second is around the mean rounded to float32, so that a constant is
 * met exactly.
 */
export function moments64(
  out: usize,
  x: usize,
  length: i32,
  step: usize,
  from: i32,
  to: i32,
  centre: bool,
): void {
  const n = <f64>(to - from);
  const first = centre ? f64x2.extract_lane(setSums64(x, length, step, from, to, 0), 0) / n : 0;
  const k = <f64>(<f32>first);
  const sums = setSums64(x, length, step, from, to, k);
  const rest = centre ? f64x2.extract_lane(sums, 0) / n : 0;
  const mean = k + rest;
  store<f64>(out, abs(first) < Infinity ? mean : first); // an infinite mean stays infinite
  store<f64>(out, max<f64>(f64x2.extract_lane(sums, 1) / n - rest * rest, 0), 8);
}

/**
 * Writes mean and biased variance (float64) of elements from … to of a set of runs. A run is `length` floats; the first
 * is at x, the next `step` bytes on. With `centre` false the mean is taken to be 0 and the variance is the mean square.
 *
 * Each block is summed around the mean of the blocks before it, and merged as in Chan, Golub, LeVeque 1979. A block δ
 * off that mean costs about 1e-7·n·δ², and adds at least n·δ²/2 to the sum: no digit is lost. The first block is summed
 * around a guess. It is summed again around its own mean if the guess was more than a standard deviation off. What
 * overflowed or went below float32's range is computed again in float64, unless eps is large enough to hide it.
 */
export function moments(
  out: usize,
  x: usize,
  length: i32,
  step: usize,
  from: i32,
  to: i32,
  centre: bool,
  eps: f64,
): void {
  let mean: f64 = 0;
  let m2: f64 = 0;
  for (let at = from; at < to; at += BLOCK) {
    const end = min(at + BLOCK, to);
    const n = <f64>(end - at);
    if (!centre) {
      m2 += f64x2.extract_lane(setSums(x, length, step, at, end, 0), 1);
      continue;
    }
    if (at === from) {
      const offset = from % length;
      const first = x + <usize>(from / length) * step + ((<usize>offset) << 2);
      const guess = guessMean(first, min(length - offset, to - from));
      let sums = setSums(x, length, step, at, end, guess);
      let off = f64x2.extract_lane(sums, 0) / n;
      mean = <f64>guess + off;
      if (2 * off * off * n > f64x2.extract_lane(sums, 1)) {
        const k = <f32>mean;
        sums = setSums(x, length, step, at, end, k);
        off = f64x2.extract_lane(sums, 0) / n;
        mean = <f64>k + off;
      }
      m2 = f64x2.extract_lane(sums, 1) - off * off * n;
    } else {
      const k = <f32>mean;
      const sums = setSums(x, length, step, at, end, k);
      const off = f64x2.extract_lane(sums, 0) / n;
      const before = <f64>(at - from);
      const delta = <f64>k + off - mean;
      const share = (delta * n) / (before + n);
      mean += share;
      m2 += f64x2.extract_lane(sums, 1) - off * off * n + delta * share * before;
    }
  }
  const variance = max<f64>(m2 / <f64>(to - from), 0);
  const inner = variance + eps;
  if (!(inner >= 1e-36 && inner < Infinity)) {
    moments64(out, x, length, step, from, to, centre);
    return;
  }
  store<f64>(out, mean);
  store<f64>(out, variance, 8);
}

/**
 * Writes mean and variance of a set from those of its pieces (mean, variance; float64). The set has runs of `parts`
 * pieces, the first run at p, the next `step` bytes on. Pieces have `size` elements, the last piece of a run `last`.
 * Two passes, in index order.
 */
export function mergeMoments(
  out: usize,
  p: usize,
  runs: i32,
  step: usize,
  parts: i32,
  size: i32,
  last: i32,
): void {
  const count = <f64>runs * (<f64>(parts - 1) * <f64>size + <f64>last);
  let mean: f64 = 0;
  for (let j = 0; j < runs; j++) {
    for (let part = 0; part < parts; part++) {
      const n = <f64>(part + 1 < parts ? size : last);
      mean += n * load<f64>(p + <usize>j * step + ((<usize>part) << 4));
    }
  }
  mean /= count;
  let m2: f64 = 0;
  for (let j = 0; j < runs; j++) {
    for (let part = 0; part < parts; part++) {
      const n = <f64>(part + 1 < parts ? size : last);
      const piece = p + <usize>j * step + ((<usize>part) << 4);
      const delta = load<f64>(piece) - mean;
      m2 += n * (load<f64>(piece, 8) + delta * delta);
    }
  }
  store<f64>(out, mean);
  store<f64>(out, m2 / count, 8);
}

/**
 * Bytes of the statistics of a set that kernels hand on, all float64: mean, biased variance,
 * rstd = 1/√(variance + eps).
 */
export const STATS: usize = 24;

/** Adds rstd to the mean and variance at p. */
export function finishStats(p: usize, eps: f64): void {
  store<f64>(p, 1 / sqrt<f64>(load<f64>(p, 8) + eps), 16);
}

export function meanOf(p: usize): f64 {
  return load<f64>(p);
}

export function rstdOf(p: usize): f64 {
  return load<f64>(p, 16);
}

/**
 * 1 − variance·rstd² = eps·rstd²: the share of its gradient that comes back to an element by itself. 1 − x̂² would
 * round it off.
 */
export function remainder(p: usize): f64 {
  return 1 - load<f64>(p, 8) * rstdOf(p) * rstdOf(p);
}
