// Batch norm (Ioffe, Szegedy 2015, arXiv 1502.03167), group norm (Wu, He 2018, 1803.08494) and, as group norm with one
// channel a group, instance norm (Ulyanov et al. 2016, 1607.08022).
//
// x is [batch, channels, length]: plane p = n·channels + c holds `length` floats. A set is what shares one mean and
// variance: `runs` planes, `planeStep` apart. Batch norm: runs = batch, planeStep = channels; group norm:
// runs = channels / groups, planeStep = 1. Here one item does all of a set while the set is in cache. For few or huge
// sets see channel-norm-parts.ts. `activation` is as in lib/activate.ts.

import { normalizeActivated, normalizeBack } from "../lib/activate";
import { Activation } from "../lib/codes";
import { finishStats, meanOf, moments, rstdOf, STATS } from "../lib/moments";
import { gradientRun, gradientSums } from "../lib/run-gradients";
import { at, firstPlane, planeOffset } from "../lib/sets";

/** y [batch, channels, length], stats [sets, 3] (mean, variance, rstd). Range: sets. */
export function channelNormForward(
  y: usize,
  stats: usize,
  x: usize,
  weight: usize,
  bias: usize,
  runs: i32,
  planeStep: i32,
  length: i32,
  channels: i32,
  activation: Activation,
  eps: f64,
  begin: i32,
  end: i32,
): void {
  const count = runs * length;
  // Neighbouring planes are one long run.
  const runLength = planeStep === 1 ? count : length;
  const step = planeOffset(planeStep, length);
  // A few small sets are done at a time, in L1: the square root of one set's rstd does not hold up the next set.
  const group = max(1, 4096 / count);
  for (let start = begin; start < end; start += group) {
    const stop = min(start + group, end);
    for (let s = start; s < stop; s++) {
      const own = stats + <usize>s * STATS;
      const base = x + planeOffset(firstPlane(s, runs, planeStep), length);
      moments(own, base, runLength, step, 0, count, true, eps);
      finishStats(own, eps);
    }
    for (let s = start; s < stop; s++) {
      const own = stats + <usize>s * STATS;
      const mean = meanOf(own);
      const rstd = rstdOf(own);
      for (let j = 0, p = firstPlane(s, runs, planeStep); j < runs; j++, p += planeStep) {
        const o = planeOffset(p, length);
        const c = p % channels;
        const w = at(weight, c, 1);
        normalizeActivated(activation, y + o, x + o, length, mean, rstd, w, at(bias, c, 0));
      }
    }
  }
}

/**
 * dx (0: not wanted) and sums [planes, 2] = (Σdy, Σdy·x̂) of each plane, from which channelParameterGradients makes
 * dweight and dbias. dx = rstd·(w·dy − mean(w·dy) − x̂·mean(w·dy·x̂)); x̂ is computed again, not kept. With an
 * activation dy goes through it first, and dx must be wanted. Range: sets.
 */
export function channelNormBackward(
  dx: usize,
  sums: usize,
  dy: usize,
  x: usize,
  stats: usize,
  weight: usize,
  bias: usize,
  runs: i32,
  planeStep: i32,
  length: i32,
  channels: i32,
  activation: Activation,
  begin: i32,
  end: i32,
): void {
  const count = <f64>runs * <f64>length;
  const dz = activation ? dx : dy;
  for (let s = begin; s < end; s++) {
    const own = stats + <usize>s * STATS;
    const mean = meanOf(own);
    const rstd = rstdOf(own);
    const first = firstPlane(s, runs, planeStep);
    let m1: f64 = 0;
    let m2: f64 = 0;
    for (let j = 0, p = first; j < runs; j++, p += planeStep) {
      const o = planeOffset(p, length);
      const c = p % channels;
      const w = at(weight, c, 1);
      if (activation)
        normalizeBack(activation, dz + o, dy + o, x + o, length, mean, rstd, w, at(bias, c, 0));
      const sum = gradientSums(dz + o, x + o, length, mean, rstd);
      v128.store(sums + ((<usize>p) << 4), sum);
      m1 += w * f64x2.extract_lane(sum, 0);
      m2 += w * f64x2.extract_lane(sum, 1);
    }
    if (!dx) continue;
    m1 /= count;
    m2 /= count;
    for (let j = 0, p = first; j < runs; j++, p += planeStep) {
      const o = planeOffset(p, length);
      const w = at(weight, p % channels, 1);
      gradientRun(dx + o, dz + o, x + o, length, mean, rstd, w, m1, m2);
    }
  }
}

/** dweight[c] and dbias[c] (0: not wanted) from sums [batch, channels, parts, 2], in index order. Range: channels. */
export function channelParameterGradients(
  dweight: usize,
  dbias: usize,
  sums: usize,
  batch: i32,
  channels: i32,
  parts: i32,
  begin: i32,
  end: i32,
): void {
  const row = (<usize>channels * <usize>parts) << 4;
  for (let c = begin; c < end; c++) {
    let sum: v128 = f64x2.splat(0);
    let p = sums + ((<usize>c * <usize>parts) << 4);
    for (let n = 0; n < batch; n++, p += row) {
      for (let part: usize = 0; part < <usize>parts; part++) {
        sum = f64x2.add(sum, v128.load(p + (part << 4)));
      }
    }
    const o = (<usize>c) << 2;
    if (dbias) store<f32>(dbias + o, <f32>f64x2.extract_lane(sum, 0));
    if (dweight) store<f32>(dweight + o, <f32>f64x2.extract_lane(sum, 1));
  }
}
