// Filter response normalisation with its thresholded linear unit (Singh, Krishnan 2019, arXiv 1911.09737), a plane at a time.
import { moments, rstdOf, STATS, total } from "../lib/moments";
import { at, planeOffset } from "../lib/planes";
import { gradientRun, gradientSums, normalizeRun, tame } from "../lib/runs";
import { loadTail, madd, storeTail } from "../lib/simd";

/** y = max(x·scale + shift, tau) on n floats; y may be x. */
function clampRun(y: usize, x: usize, n: i32, scale: f32, shift: f32, tau: f32): void {
  const a = f32x4.splat(scale);
  const b = f32x4.splat(shift);
  const least = f32x4.splat(tau);
  const end = x + ((<usize>n) << 2);
  // y[i] = max(x[i] * scale + shift, tau); pmax in this order keeps NaN, in one instruction
  for (; x + 64 <= end; x += 64, y += 64) {
    v128.store(y, f32x4.pmax(madd(v128.load(x), a, b), least));
    v128.store(y, f32x4.pmax(madd(v128.load(x, 16), a, b), least), 16);
    v128.store(y, f32x4.pmax(madd(v128.load(x, 32), a, b), least), 32);
    v128.store(y, f32x4.pmax(madd(v128.load(x, 48), a, b), least), 48);
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, max<f32>(load<f32>(x) * scale + shift, tau));
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
    const rstd = rstdOf(own);
    const w = at(weight, c, 1);
    const b = at(bias, c, 0);
    const cut = tau ? load<f32>(tau + ((<usize>c) << 2)) : 0;
    if (tau && tame(rstd)) {
      clampRun(y + o, x + o, length, <f32>(rstd * w), <f32>b, cut);
      continue;
    }
    normalizeRun(y + o, x + o, length, 0, rstd, w, b);
    if (tau) clampRun(y + o, y + o, length, 1, 0, cut);
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
