// Filter response normalisation with its thresholded linear unit (Singh, Krishnan 2019, arXiv 1911.09737), a plane at a time.
import { meanOf, moments, rstdOf, STATS, total } from "../lib/moments";
import { at, planeOffset } from "../lib/planes";
import { gradientRun, gradientSums, normalizeRun } from "../lib/runs";
import { loadTail, storeTail } from "../lib/simd";

/** y = max(y, tau) on n floats. */
function clampRun(y: usize, n: i32, tau: f32): void {
  const least = f32x4.splat(tau);
  let i = 0;
  // y[i] = max(y[i], tau)
  for (; i + 4 <= n; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(y + o, f32x4.max(v128.load(y + o), least));
  }
  for (; i < n; i++) {
    const o = y + ((<usize>i) << 2);
    store<f32>(o, max<f32>(load<f32>(o), tau));
  }
}

/** dz = dy where y > tau, else 0; returns the sum of what was left out. */
function passRun(dz: usize, dy: usize, y: usize, n: i32, tau: f32): f64 {
  const least = f32x4.splat(tau);
  let sum: f64 = 0;
  for (let from = 0; from < n; from += 1024) {
    const to = min(from + 1024, n);
    let rest = f32x4.splat(0);
    let i = from;
    // dz[i] = y[i] > tau ? dy[i] : 0
    for (; i + 4 <= to; i += 4) {
      const o = (<usize>i) << 2;
      const g = v128.load(dy + o);
      const passes = f32x4.gt(v128.load(y + o), least);
      v128.store(dz + o, v128.and(g, passes));
      rest = f32x4.add(rest, v128.andnot(g, passes));
    }
    if (i < to) {
      const o = (<usize>i) << 2;
      const g = loadTail(dy + o, to - i);
      const passes = f32x4.gt(loadTail(y + o, to - i), least);
      storeTail(dz + o, v128.and(g, passes), to - i);
      rest = f32x4.add(rest, v128.andnot(g, passes));
    }
    sum += total(rest);
  }
  return sum;
}

/**
 * y = max(weight·x/√(mean x² + eps) + bias, tau) and stats [planes, 3] (0, mean x², rstd); eps [channels] float64, weight, bias
 * and tau [channels] may be 0. Range: planes.
 */
export function frnForward(
  y: usize,
  stats: usize,
  x: usize,
  weight: usize,
  bias: usize,
  tau: usize,
  eps: usize,
  length: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  for (let p = begin; p < end; p++) {
    const c = p % channels;
    const o = planeOffset(p, length);
    const own = stats + <usize>p * STATS;
    const least = load<f64>(eps + ((<usize>c) << 3));
    moments(own, x + o, length, 0, 0, length, false, least);
    store<f64>(own, 1 / sqrt<f64>(load<f64>(own, 8) + least), 16);
    normalizeRun(y + o, x + o, length, meanOf(own), rstdOf(own), at(weight, c, 1), at(bias, c, 0));
    if (tau) clampRun(y + o, length, load<f32>(tau + ((<usize>c) << 2)));
  }
}

/**
 * dx and sums [planes, 4]: Σdz, Σdz·x̂, the part of dy that goes to tau, and Σdz·x̂·rstd² for eps; dz is dy where y > tau.
 * Range: planes.
 */
export function frnBackward(
  dx: usize,
  sums: usize,
  dy: usize,
  x: usize,
  y: usize,
  stats: usize,
  weight: usize,
  tau: usize,
  length: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  for (let p = begin; p < end; p++) {
    const c = p % channels;
    const o = planeOffset(p, length);
    const rstd = rstdOf(stats + <usize>p * STATS);
    const out = sums + ((<usize>p) << 5);
    // dz goes to where dx will be, in cache
    const left = tau
      ? passRun(dx + o, dy + o, y + o, length, load<f32>(tau + ((<usize>c) << 2)))
      : 0;
    const dz = tau ? dx + o : dy + o;
    const both = gradientSums(dz, x + o, length, 0, rstd);
    const product = f64x2.extract_lane(both, 1);
    store<f64>(out, f64x2.extract_lane(both, 0));
    store<f64>(out, product, 8);
    store<f64>(out, left, 16);
    store<f64>(out, product * rstd * rstd, 24);
    const w = at(weight, c, 1);
    gradientRun(dx + o, dz, x + o, length, 0, rstd, w, 0, (w * product) / <f64>length);
  }
}
