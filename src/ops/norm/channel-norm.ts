// What batch, instance and group norm share: normalisation of sets of planes. See assembly/norm/channel-norm.ts.

import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { columnScratch } from "../../runtime/kernels.js";
import type { Runtime } from "../../runtime/runtime.js";
import { addressOf, empty, rewrite, type Tensor, temporary } from "../../tensor.js";
import { type Activation, activationCode } from "../elementwise/activation.js";
import { ofNothing } from "../of-nothing.js";

/**
 * x as [batch, channels, length] and how its planes form sets: `runs` planes, `planeStep` apart. With `cols` the
 * channels are the last axis, x is [samples, length, cols], and a column is plane sample · cols + c.
 */
export interface Sets {
  batch: number;
  channels: number;
  length: number;
  sets: number;
  runs: number;
  planeStep: number;
  cols?: number;
}

/** Whether planes are columns. [N, C] is one sample, whether its channels are second or last. */
const isColumns = (batch: number, length: number, last: boolean): boolean =>
  last || (length === 1 && batch > 1);

/** One set per channel, over the batch. */
export function batchSets(batch: number, channels: number, length: number, last = false): Sets {
  if (!isColumns(batch, length, last))
    return { batch, channels, length, sets: channels, runs: batch, planeStep: channels };
  const one = { batch: 1, channels, length: batch * length, cols: channels };
  return { ...one, sets: channels, runs: 1, planeStep: 1 };
}

/** One set per sample and group of neighbouring channels. */
export function groupSets(
  batch: number,
  channels: number,
  length: number,
  groups: number,
  last = false,
): Sets {
  const runs = channels / groups;
  const cols = last && length > 1 ? channels : undefined;
  return { batch, channels, length, sets: batch * groups, runs, planeStep: 1, cols };
}

export interface Affine {
  weight: Tensor | null | undefined;
  bias: Tensor | null | undefined;
  eps: number;
  /** The activation behind the norm, in the same pass over memory. */
  activation?: Activation | null;
}

/** Running statistics and how to move them. */
export interface Running {
  mean: Tensor;
  variance: Tensor;
  momentum: number;
  /** 1: the running variance is the unbiased one; 0: the biased one. */
  correction: number;
}

/** How a plane is cut into parts of whole blocks of 1024 elements: into 32 items or more where the planes are large. */
function partition(planes: number, length: number): { partSize: number; parts: number } {
  if (planes * length === 0) return { partSize: 1, parts: 1 };
  const wanted = Math.min(Math.ceil(32 / planes), Math.ceil(length / 4096));
  const partSize = wanted <= 1 ? length : Math.ceil(length / wanted / 1024) * 1024;
  return { partSize, parts: Math.ceil(length / partSize) };
}

/** The kernels of the steps, on planes or on columns. Both kinds take the same arguments. */
const kernels = {
  planes: {
    moments: "channelMoments",
    normalize: "channelNormalize",
    gradientSums: "channelGradientSums",
    gradient: "channelGradient",
  },
  columns: {
    moments: "columnMoments",
    normalize: "columnNormalize",
    gradientSums: "columnGradientSums",
    gradient: "columnGradient",
  },
} as const;

/** How the kernels of one step share the work: items of `size` elements. */
interface Steps {
  kernels: (typeof kernels)[keyof typeof kernels];
  items: number;
  size: number;
  /** Columns of a block, where planes are columns. */
  width: number;
  partSize: number;
  parts: number;
  scratch: number;
}

/**
 * How planes, or columns, are cut into parts. Columns: 64 rows or more by a block of columns, a narrow one where rows
 * are few.
 */
export function stepsOf({ sets, runs, length, cols }: Sets): Steps {
  const planes = sets * runs;
  if (!cols) {
    const { partSize, parts } = partition(planes, length);
    const items = planes * parts;
    return {
      kernels: kernels.planes,
      items,
      size: partSize,
      width: 0,
      partSize,
      parts,
      scratch: 0,
    };
  }
  const samples = planes / cols;
  const width = samples * length < 1024 ? 64 : 256;
  const blocks = samples * Math.ceil(cols / width);
  const wanted = Math.min(
    Math.ceil(32 / blocks),
    Math.ceil((length * Math.min(width, cols)) / 4096),
  );
  const partSize = wanted <= 1 ? length : Math.ceil(length / wanted / 64) * 64;
  const parts = Math.ceil(length / partSize);
  const size = partSize * Math.min(width, cols);
  const [items, scratch] = [blocks * parts, columnScratch(width)];
  return { kernels: kernels.columns, items, size, width, partSize, parts, scratch };
}

/** Writes the plan of a step, for the next launch. */
export const planOf = (runtime: Runtime, s: Sets, { width, partSize, parts }: Steps) =>
  runtime.plan("channel", [
    s.runs,
    s.planeStep,
    s.length,
    s.channels,
    s.cols ?? 0,
    width,
    partSize,
    parts,
  ]);

/**
 * Whether one kernel call does a whole set, or goes step by step in the order of memory. The strewn planes of batch
 * norm evict one another from the cache where their stride is a power of two: [64, 64, 32, 32] takes 2.3 ms in one go
 * and 1.1 ms in steps. The moments of planes shorter than `least` cost more in steps. Few sets leave threads idle in
 * one go.
 */
function inOneGo({ sets, runs, planeStep, length, cols }: Sets, least: number): boolean {
  if (cols) return false;
  if (sets * runs * length <= 16384) return true;
  return sets >= 8 && (planeStep === 1 || length < least);
}

/** The sets of a contiguous group as one long run each. The moments of group norm are made over these. */
function merged(s: Sets): Sets {
  return s.planeStep === 1 && !s.cols ? { ...s, runs: 1, length: s.runs * s.length } : s;
}

/** stats [sets, 3] (mean, variance, rstd) of x. */
export function statistics(stats: Tensor<"float64">, x: Tensor, s: Sets, eps: number): void {
  const whole = merged(s);
  const { sets, runs, planeStep, length } = whole;
  const steps = stepsOf(whole);
  const { kernels, items, size, partSize, parts, scratch } = steps;
  const { runtime } = x;
  using partials = temporary(runtime, [sets * runs * parts, 2], "float64");
  const args = [partials.ptr, x.ptr, planOf(runtime, whole, steps), eps] as const;
  runtime.run(kernels.moments, items, size, args, scratch);
  const merge = [stats.ptr, partials.ptr, runs, planeStep, length, partSize, parts, eps] as const;
  runtime.run("channelStatistics", sets, 8 * runs * parts, merge);
}

/** y = (x − mean)·rstd·weight + bias by given statistics, and the activation behind it. */
export function normalize(
  y: Tensor,
  stats: Tensor<"float64">,
  x: Tensor,
  s: Sets,
  affine: Affine,
): void {
  const steps = stepsOf(s);
  const { kernels, items, size, scratch } = steps;
  const args = [
    y.ptr,
    stats.ptr,
    x.ptr,
    addressOf(affine.weight),
    addressOf(affine.bias),
    planOf(x.runtime, s, steps),
    activationCode(affine.activation),
  ] as const;
  x.runtime.run(kernels.normalize, items, 2 * size, args, scratch);
}

/** y and the statistics of each set (mean, variance, rstd; float64). */
export function forward(
  y: Tensor,
  stats: Tensor<"float64">,
  x: Tensor,
  s: Sets,
  affine: Affine,
): void {
  if (inOneGo(s, 64)) {
    const { sets, runs, planeStep, length, channels } = s;
    x.runtime.run("channelNormForward", sets, 2 * runs * length, [
      y.ptr,
      stats.ptr,
      x.ptr,
      addressOf(affine.weight),
      addressOf(affine.bias),
      runs,
      planeStep,
      length,
      channels,
      activationCode(affine.activation),
      affine.eps,
    ]);
  } else {
    statistics(stats, x, s, affine.eps);
    normalize(y, stats, x, s, affine);
  }
}

/** sums [planes · parts, 2] = (Σdz, Σdz·x̂), where dz is dy, or with an activation what it makes of dy. */
export function gradientSums(
  sums: Tensor<"float64">,
  dz: Tensor | null,
  dy: Tensor,
  x: Tensor,
  stats: Tensor<"float64">,
  s: Sets,
  { weight, bias, activation }: Omit<Affine, "eps">,
): void {
  const steps = stepsOf(s);
  const { kernels, items, size, scratch } = steps;
  const inputs = [dy.ptr, x.ptr, stats.ptr, addressOf(weight), addressOf(bias)] as const;
  const how = [planOf(x.runtime, s, steps), activationCode(activation)] as const;
  const args = [sums.ptr, addressOf(dz), ...inputs, ...how] as const;
  x.runtime.run(kernels.gradientSums, items, 2 * size, args, scratch);
}

/** dx from dz and means [sets, 2] of w·dz and w·dz·x̂; without them the statistics are constants. */
export function gradientOfInput(
  dx: Tensor,
  dz: Tensor,
  x: Tensor,
  stats: Tensor<"float64">,
  means: Tensor<"float64"> | null,
  s: Sets,
  weight: Tensor | null | undefined,
): void {
  const steps = stepsOf(s);
  const { kernels, items, size, scratch } = steps;
  const parameters = [addressOf(means), addressOf(weight)] as const;
  const pointers = [dx.ptr, dz.ptr, x.ptr, stats.ptr, ...parameters] as const;
  const args = [...pointers, planOf(x.runtime, s, steps)] as const;
  x.runtime.run(kernels.gradient, items, 3 * size, args, scratch);
}

/** dx (null: not wanted), dweight and dbias. With `constant` statistics dx = w·rstd·dy. */
function backward(
  dy: Tensor,
  x: Tensor,
  stats: Tensor<"float64">,
  { weight, bias, activation }: Omit<Affine, "eps">,
  s: Sets,
  constant: boolean,
  [needsX, needsWeight, needsBias]: boolean[],
): (Tensor | null)[] {
  const { runtime } = x;
  const { batch, channels, length, sets, runs, planeStep } = s;
  const planes = sets * runs;
  const dx = needsX ? empty(runtime, dy.shape) : null;
  const code = activationCode(activation);
  using spare = code && !dx ? temporary(runtime, dy.shape) : null; // dy goes through the activation there
  const dz = code ? (dx ?? spare) : null;
  const oneGo = !constant && inOneGo(s, 0);
  const { parts } = stepsOf(s);
  using sums = temporary(runtime, [planes * (oneGo ? 1 : parts), 2], "float64");
  const shape = [runs, planeStep, length, channels] as const;
  if (oneGo) {
    const pointers = [
      addressOf(dz ?? dx),
      sums.ptr,
      dy.ptr,
      x.ptr,
      stats.ptr,
      addressOf(weight),
      addressOf(bias),
    ] as const;
    runtime.run("channelNormBackward", sets, 3 * runs * length, [...pointers, ...shape, code]);
  } else {
    if (needsWeight || needsBias || !constant || code)
      gradientSums(sums, dz, dy, x, stats, s, { weight, bias, activation });
    if (dx) {
      using means = constant ? null : temporary(runtime, [sets, 2], "float64");
      if (means) {
        const args = [means.ptr, sums.ptr, addressOf(weight), ...shape, parts] as const;
        runtime.run("channelGradientMeans", sets, 4 * runs * parts, args);
      }
      gradientOfInput(dx, dz ?? dy, x, stats, means, s, weight);
    }
  }
  const dweight = needsWeight ? empty(runtime, [channels]) : null;
  const dbias = needsBias ? empty(runtime, [channels]) : null;
  if (dweight || dbias) {
    const args = [
      addressOf(dweight),
      addressOf(dbias),
      sums.ptr,
      batch,
      channels,
      oneGo ? 1 : parts,
    ] as const;
    runtime.run("channelParameterGradients", channels, 4 * batch * parts, args);
  }
  return [dx, dweight, dbias];
}

/** Moves running statistics [channels] towards the mean over the batch of those of `s.sets` sets. */
export function update(running: Running, stats: Tensor<"float64">, s: Sets): void {
  const { mean, variance, momentum, correction } = running;
  const channels = mean.size; // s.channels may count the planes of all samples
  const count = s.runs * s.length;
  const pointers = [mean.ptr, variance.ptr, stats.ptr] as const;
  const args = [...pointers, s.sets / channels, channels, count, correction, momentum] as const;
  rewrite([mean, variance], () => stats.runtime.run("runningUpdate", channels, 16, args));
}

/**
 * Normalises each set of x by its own statistics, or each channel by `constant` ones. Moves `running` ones if given.
 * All arguments have been checked.
 */
export function channelNorm(
  op: string,
  x: Tensor,
  s: Sets,
  affine: Affine,
  { running, constant }: { running?: Running | null; constant?: Running | null },
): Tensor {
  return call(op, () => {
    const { runtime } = x;
    const { weight, bias, activation } = affine;
    if (x.size === 0) return ofNothing(op, x, [x, weight, bias]);
    using stats = temporary(runtime, [s.sets, 3], "float64");
    const y = empty(runtime, x.shape);
    if (constant) {
      const args = [stats.ptr, constant.mean.ptr, constant.variance.ptr, affine.eps] as const;
      runtime.run("runningToStats", s.sets, 8, args);
      normalize(y, stats, x, s, affine);
    } else {
      forward(y, stats, x, s, affine);
    }
    if (running) update(running, stats, s);
    const saved = [x, stats, weight, activation ? bias : null];
    const { eps } = affine;
    const how = { op, rule: "channelNorm", s, eps, activation, constant: Boolean(constant) };
    return record(how, y, [x, weight, bias], saved, (dy, saved, needs) => {
      const [x, stats, weight, bias] = saved as unknown as [
        Tensor,
        Tensor<"float64">,
        Tensor,
        Tensor,
      ];
      return backward(dy, x, stats, { weight, bias, activation }, s, Boolean(constant), needs);
    });
  });
}
