// Filter response normalisation with its thresholded linear unit (Singh, Krishnan 2019, arXiv 1911.09737). It does a
// plane at a time.

import { clampBack, clampRun } from "../lib/clamp";
import { moments, remainder, rstdOf, STATS } from "../lib/moments";
import { gradientRun, gradientSums } from "../lib/run-gradients";
import { normalizeRun, tame } from "../lib/runs";
import { at, planeOffset } from "../lib/sets";

/**
 * y = max(weight·x/√(mean x² + eps) + bias, tau) and stats [planes, 3] (0, mean x², rstd). eps [channels] is float64;
 * weight, bias and tau [channels] may be 0. Range: planes.
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
      clampRun(y + o, x + o, length, 0, <f32>(rstd * w), <f32>b, cut);
      continue;
    }
    normalizeRun(y + o, x + o, length, 0, rstd, w, b);
    if (tau) clampRun(y + o, y + o, length, 0, 1, 0, cut);
  }
}

/**
 * dx and sums [planes, 4]: Σdz, Σdz·x̂, the part of dy that goes to tau, and Σdz·x̂·rstd² for eps. dz is dy where
 * y > tau, else 0. Range: planes.
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
    const own = stats + <usize>p * STATS;
    const rstd = rstdOf(own);
    const out = sums + ((<usize>p) << 5);
    // dz goes to where dx will be, so that it is in cache.
    const left = tau
      ? clampBack(dx + o, dy + o, y + o, length, load<f32>(tau + ((<usize>c) << 2)))
      : 0;
    const dz = tau ? dx + o : dy + o;
    const both = gradientSums(dz, x + o, length, 0, rstd);
    const product = f64x2.extract_lane(both, 1);
    store<f64>(out, f64x2.extract_lane(both, 0));
    store<f64>(out, product, 8);
    store<f64>(out, left, 16);
    store<f64>(out, product * rstd * rstd, 24);
    const w = at(weight, c, 1);
    const alone = length === 1; // then dx = left·rstd·w·dz: nothing cancels
    const slope = alone ? w * remainder(own) : w;
    gradientRun(
      dx + o,
      dz,
      x + o,
      length,
      0,
      rstd,
      slope,
      0,
      alone ? 0 : (w * product) / <f64>length,
    );
  }
}
