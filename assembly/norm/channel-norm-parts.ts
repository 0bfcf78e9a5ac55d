// The steps of channel-norm.ts one by one, in the order of memory and on parts of a plane. They serve where sets are
// few, so that threads help. They serve batch norm, whose sets lie strewn over memory. And they let running statistics
// take the place of the batch's. Parts depend on the shape alone; item = plane · parts + part.

import { normalizeActivated, normalizeBack } from "../lib/activate";
import { Activation } from "../lib/codes";
import { finishStats, meanOf, mergeMoments, moments, rstdOf, STATS } from "../lib/moments";
import { gradientRun, gradientSums } from "../lib/run-gradients";
import { normalizeRun } from "../lib/runs";
import { at, firstPlane, planeOffset } from "../lib/sets";
import { ChannelPlan } from "./channel-plan";

/** partials [planes, parts, 2] = (mean, variance) of each part of each plane. Range: planes × parts. */
export function channelMoments(
  partials: usize,
  x: usize,
  plan: ChannelPlan,
  eps: f64,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const p = item / plan.parts;
    const from = plan.fromOf(item, p);
    const to = from + plan.sizeOf(from);
    const out = partials + ((<usize>item) << 4);
    moments(out, x + planeOffset(p, plan.length), plan.length, 0, from, to, true, eps);
  }
}

/** stats [sets, 3] from the partials of channelMoments, in index order. Range: sets. */
export function channelStatistics(
  stats: usize,
  partials: usize,
  runs: i32,
  planeStep: i32,
  length: i32,
  partSize: i32,
  parts: i32,
  eps: f64,
  begin: i32,
  end: i32,
): void {
  const last = length - (parts - 1) * partSize;
  const step = (<usize>planeStep * <usize>parts) << 4;
  for (let s = begin; s < end; s++) {
    const first = partials + ((<usize>(firstPlane(s, runs, planeStep) * parts)) << 4);
    const own = stats + <usize>s * STATS;
    mergeMoments(own, first, runs, step, parts, partSize, last);
    finishStats(own, eps);
  }
}

/** y = f((x − mean)·rstd·weight + bias) with the given stats [sets, 3], f the activation. Range: planes × parts. */
export function channelNormalize(
  y: usize,
  stats: usize,
  x: usize,
  weight: usize,
  bias: usize,
  plan: ChannelPlan,
  activation: Activation,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const p = item / plan.parts;
    const c = p % plan.channels;
    const own = stats + <usize>plan.setOf(p) * STATS;
    const from = plan.fromOf(item, p);
    const o = planeOffset(p, plan.length) + ((<usize>from) << 2);
    const n = plan.sizeOf(from);
    const w = at(weight, c, 1);
    const b = at(bias, c, 0);
    normalizeActivated(activation, y + o, x + o, n, meanOf(own), rstdOf(own), w, b);
  }
}

/**
 * sums [planes, parts, 2] = (Σdz, Σdz·x̂) of each part of each plane. dz is dy. With an activation it is what the
 * activation makes of dy, and is written. Range: planes × parts.
 */
export function channelGradientSums(
  sums: usize,
  dz: usize,
  dy: usize,
  x: usize,
  stats: usize,
  weight: usize,
  bias: usize,
  plan: ChannelPlan,
  activation: Activation,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const p = item / plan.parts;
    const own = stats + <usize>plan.setOf(p) * STATS;
    const mean = meanOf(own);
    const rstd = rstdOf(own);
    const from = plan.fromOf(item, p);
    const o = planeOffset(p, plan.length) + ((<usize>from) << 2);
    const n = plan.sizeOf(from);
    if (activation) {
      const w = at(weight, p % plan.channels, 1);
      const b = at(bias, p % plan.channels, 0);
      normalizeBack(activation, dz + o, dy + o, x + o, n, mean, rstd, w, b);
    }
    const sum = gradientSums((activation ? dz : dy) + o, x + o, n, mean, rstd);
    v128.store(sums + ((<usize>item) << 4), sum);
  }
}

/** means [sets, 2] = (mean of w·dy, mean of w·dy·x̂) from sums [planes, parts, 2], in index order. Range: sets. */
export function channelGradientMeans(
  means: usize,
  sums: usize,
  weight: usize,
  runs: i32,
  planeStep: i32,
  length: i32,
  channels: i32,
  parts: i32,
  begin: i32,
  end: i32,
): void {
  const count = <f64>runs * <f64>length;
  for (let s = begin; s < end; s++) {
    let mean: v128 = f64x2.splat(0);
    let p = firstPlane(s, runs, planeStep);
    for (let j = 0; j < runs; j++, p += planeStep) {
      let sum: v128 = f64x2.splat(0);
      for (let part = 0; part < parts; part++) {
        sum = f64x2.add(sum, v128.load(sums + ((<usize>(p * parts + part)) << 4)));
      }
      mean = f64x2.add(mean, f64x2.mul(sum, f64x2.splat(at(weight, p % channels, 1))));
    }
    v128.store(means + ((<usize>s) << 4), f64x2.div(mean, f64x2.splat(count)));
  }
}

/**
 * dx from the means of channelGradientMeans. Without them (0: the statistics are constants) dx = w·rstd·dy. Range:
 * planes × parts.
 */
export function channelGradient(
  dx: usize,
  dy: usize,
  x: usize,
  stats: usize,
  means: usize,
  weight: usize,
  plan: ChannelPlan,
  begin: i32,
  end: i32,
): void {
  for (let item = begin; item < end; item++) {
    const p = item / plan.parts;
    const set: usize = plan.setOf(p);
    const own = stats + set * STATS;
    const rstd = rstdOf(own);
    const w = at(weight, p % plan.channels, 1);
    const from = plan.fromOf(item, p);
    const o = planeOffset(p, plan.length) + ((<usize>from) << 2);
    const n = plan.sizeOf(from);
    if (means) {
      const m1 = load<f64>(means + (set << 4));
      const m2 = load<f64>(means + (set << 4), 8);
      gradientRun(dx + o, dy + o, x + o, n, meanOf(own), rstd, w, m1, m2);
    } else {
      normalizeRun(dx + o, dy + o, n, 0, rstd, w, 0);
    }
  }
}
