// What batch, instance and group norm share: normalisation of sets of planes, see assembly/norm/channel-norm.ts.
import { record } from "../autograd.js";
import { empty, full, type Tensor } from "../tensor.js";

/** x as [batch, channels, length] and how its planes form sets: `runs` planes, `planeStep` apart. */
export interface Sets {
  batch: number;
  channels: number;
  length: number;
  sets: number;
  runs: number;
  planeStep: number;
}

/** One set per channel, over the batch. A [N, C] input is handled as its transpose: columns become runs. */
export function batchSets(batch: number, channels: number, length: number): Sets {
  if (length === 1 && batch > 1) return { ...groupSets(1, channels, batch, channels) };
  return { batch, channels, length, sets: channels, runs: batch, planeStep: channels };
}

/** One set per sample and group of neighbouring channels. */
export function groupSets(batch: number, channels: number, length: number, groups: number): Sets {
  const runs = channels / groups;
  return { batch, channels, length, sets: batch * groups, runs, planeStep: 1 };
}

export interface Affine {
  weight: Tensor | null | undefined;
  bias: Tensor | null | undefined;
  eps: number;
}

/** Running statistics and how to move them. */
export interface Running {
  mean: Tensor;
  variance: Tensor;
  momentum: number;
}

const ptr = (tensor: Tensor | null | undefined): number => tensor?.ptr ?? 0;

/** Parts of a plane, whole blocks of 1024 elements: 32 items or more where the planes are large. */
export function partition(planes: number, length: number): { partSize: number; parts: number } {
  if (planes * length === 0) return { partSize: 1, parts: 1 };
  const wanted = Math.min(Math.ceil(32 / planes), Math.ceil(length / 4096));
  const partSize = wanted <= 1 ? length : Math.ceil(length / wanted / 1024) * 1024;
  return { partSize, parts: Math.ceil(length / partSize) };
}

/**
 * Whether one kernel call does a whole set, or step by step in the order of memory. The strewn planes of batch norm evict one
 * another from the cache (a power-of-two stride): [64, 64, 32, 32] takes 2.3 ms in one go and 1.1 ms in steps. The moments of
 * planes shorter than `least` cost more in steps, and few sets leave threads idle in one go.
 */
function inOneGo({ sets, runs, planeStep, length }: Sets, least: number): boolean {
  if (sets * runs * length <= 16384) return true;
  return sets >= 8 && (planeStep === 1 || length < least);
}

/** The sets of a contiguous group are one long run each: what the moments of group norm are made over. */
function merged(s: Sets): Sets {
  return s.planeStep === 1 ? { ...s, runs: 1, length: s.runs * s.length } : s;
}

/** stats [sets, 3] (mean, variance, rstd) of x. */
export function statistics(stats: Tensor<"float64">, x: Tensor, s: Sets, eps: number): void {
  const { sets, runs, planeStep, length } = merged(s);
  const planes = sets * runs;
  const { partSize, parts } = partition(planes, length);
  const { runtime } = x;
  using partials = empty(runtime, [planes * parts, 2], "float64");
  const work = Math.min(partSize, length);
  const args = [partials.ptr, x.ptr, length, partSize, parts, eps];
  runtime.run("channelMoments", planes * parts, work, args);
  const merge = [stats.ptr, partials.ptr, runs, planeStep, length, partSize, parts, eps];
  runtime.run("channelStatistics", sets, 8 * runs * parts, merge);
}

/** y = (x − mean)·rstd·weight + bias by given statistics. */
export function normalize(
  y: Tensor,
  stats: Tensor<"float64">,
  x: Tensor,
  s: Sets,
  affine: Affine,
): void {
  const { sets, runs, planeStep, length, channels } = s;
  const { partSize, parts } = partition(sets * runs, length);
  const pointers = [y.ptr, stats.ptr, x.ptr, ptr(affine.weight), ptr(affine.bias)];
  const args = [...pointers, runs, planeStep, length, channels, partSize, parts];
  x.runtime.run("channelNormalize", sets * runs * parts, 2 * partSize, args);
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
    const pointers = [y.ptr, stats.ptr, x.ptr, ptr(affine.weight), ptr(affine.bias)];
    const args = [...pointers, runs, planeStep, length, channels, affine.eps];
    x.runtime.run("channelNormForward", sets, 2 * runs * length, args);
  } else {
    statistics(stats, x, s, affine.eps);
    normalize(y, stats, x, s, affine);
  }
}

/** dx (null: not wanted), dweight and dbias; with `constant` statistics dx = w·rstd·dy. */
function backward(
  dy: Tensor,
  x: Tensor,
  stats: Tensor<"float64">,
  weight: Tensor | undefined,
  s: Sets,
  constant: boolean,
  [needsX, needsWeight, needsBias]: boolean[],
): (Tensor | null)[] {
  const { runtime } = x;
  const { batch, channels, length, sets, runs, planeStep } = s;
  const planes = sets * runs;
  const dx = needsX ? empty(runtime, dy.shape) : null;
  const oneGo = !constant && inOneGo(s, 0);
  const { partSize, parts } = oneGo ? { partSize: length, parts: 1 } : partition(planes, length);
  using sums = empty(runtime, [planes * parts, 2], "float64");
  const split = [partSize, parts];
  const shape = [runs, planeStep, length, channels];
  if (oneGo) {
    const pointers = [ptr(dx), sums.ptr, dy.ptr, x.ptr, stats.ptr, ptr(weight)];
    runtime.run("channelNormBackward", sets, 3 * runs * length, [...pointers, ...shape]);
  } else {
    if (needsWeight || needsBias || !constant) {
      const args = [sums.ptr, dy.ptr, x.ptr, stats.ptr, runs, planeStep, length, ...split];
      runtime.run("channelGradientSums", planes * parts, 2 * partSize, args);
    }
    if (dx) {
      using means = constant ? null : empty(runtime, [sets, 2], "float64");
      if (means) {
        const args = [means.ptr, sums.ptr, ptr(weight), ...shape, parts];
        runtime.run("channelGradientMeans", sets, 4 * runs * parts, args);
      }
      const pointers = [dx.ptr, dy.ptr, x.ptr, stats.ptr, means?.ptr ?? 0, ptr(weight)];
      const args = [...pointers, ...shape, ...split];
      runtime.run("channelGradient", planes * parts, 3 * partSize, args);
    }
  }
  const dweight = needsWeight ? empty(runtime, [channels]) : null;
  const dbias = needsBias ? empty(runtime, [channels]) : null;
  if (dweight || dbias) {
    const args = [ptr(dweight), ptr(dbias), sums.ptr, batch, channels, parts];
    runtime.run("channelParameterGradients", channels, 4 * batch * parts, args);
  }
  return [dx, dweight, dbias];
}

/** y [columns, rows] = x [rows, columns] transposed. */
function transposed(x: Tensor, rows: number, columns: number, shape: readonly number[]): Tensor {
  const y = empty(x.runtime, shape);
  x.runtime.run("transpose", Math.ceil(rows / 16), 32 * columns, [y.ptr, x.ptr, rows, columns]);
  return y;
}

/** Zero gradients, for a forward pass over nothing. */
function noGradients(dy: Tensor, channels: number, needs: boolean[]): (Tensor | null)[] {
  const shapes = [dy.shape, [channels], [channels]];
  const { runtime } = dy;
  return shapes.map((shape, i) => (needs[i] ? full(shape, 0, { runtime }) : null));
}

/** Moves running statistics [channels] towards the mean over the batch of those of `s.sets` sets. */
function update(running: Running, stats: Tensor<"float64">, s: Sets): void {
  const { mean, variance, momentum } = running;
  const channels = mean.size; // s.channels may count the planes of all samples
  const count = s.runs * s.length;
  const pointers = [mean.ptr, variance.ptr, stats.ptr];
  const args = [...pointers, s.sets / channels, channels, count, momentum];
  stats.runtime.run("runningUpdate", channels, 16, args);
}

/**
 * Normalises each set of x by its own statistics, or each channel by `constant` ones; moves `running` ones if given. All
 * arguments have been checked.
 */
export function channelNorm(
  op: string,
  x: Tensor,
  s: Sets,
  affine: Affine,
  { running, constant }: { running?: Running | null; constant?: Running | null },
): Tensor {
  const { runtime } = x;
  const { weight, bias } = affine;
  if (x.size === 0) {
    const back = (dy: Tensor, _: Tensor[], needs: boolean[]) => noGradients(dy, s.channels, needs);
    return record(op, empty(runtime, x.shape), [x, weight, bias], [], back);
  }
  // [N, C] as planes of N: see batchSets
  const columns = s.batch === 1 && x.shape[0] > 1;
  const rows = x.shape[0];
  using turned = columns ? transposed(x, rows, s.channels, x.shape) : null;
  const input = turned ?? x;
  using stats = empty(runtime, [s.sets, 3], "float64");
  const y = empty(runtime, x.shape);
  if (constant) {
    const args = [stats.ptr, constant.mean.ptr, constant.variance.ptr, affine.eps];
    runtime.run("runningToStats", s.sets, 8, args);
    normalize(y, stats, input, s, affine);
  } else {
    forward(y, stats, input, s, affine);
  }
  if (running) update(running, stats, s);
  const isConstant = Boolean(constant);
  const turnBack = (t: Tensor): Tensor => {
    const back = transposed(t, s.channels, rows, t.shape);
    t.dispose();
    return back;
  };
  const saved = [input, stats, weight];
  return record(op, columns ? turnBack(y) : y, [x, weight, bias], saved, (dy, saved, needs) => {
    const [input, stats, weight] = saved as unknown as [Tensor, Tensor<"float64">, Tensor];
    using turned = columns ? transposed(dy, rows, s.channels, dy.shape) : null;
    const [dx, ...rest] = backward(turned ?? dy, input, stats, weight, s, isConstant, needs);
    return [dx && columns ? turnBack(dx) : dx, ...rest];
  });
}
