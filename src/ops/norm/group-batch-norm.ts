// Batch norm over the ranks of a process group. Each rank has a part of the batch. See also sync-batch-norm.ts, whose
// parts are all of one process.
import { isGradEnabled, record } from "../../autograd.js";
import { call } from "../../call.js";
import type { ProcessGroup } from "../../process-group.js";
import { empty, type Tensor, temporary } from "../../tensor.js";
import { activationCode } from "../elementwise/activation.js";
import { ofNothing } from "../of-nothing.js";
import { type BatchNormOptions, batchNorm, checkChannelNorm } from "./batch-norm.js";
import {
  type Affine,
  batchSets,
  gradientOfInput,
  gradientSums,
  normalize,
  type Sets,
  statistics,
  stepsOf,
  update,
} from "./channel-norm.js";
import { groupMoments, type Moments, noMoments } from "./group-moments.js";
import type { LayoutOptions } from "./layout.js";
import { channelSums, gradientOf } from "./slice-maps.js";
import { overPositions } from "./valid-positions.js";

const OP = "syncBatchNorm";

/** The moments of the channels of x, in this rank alone. */
function ownMoments(x: Tensor, s: Sets, eps: number): Moments {
  const count = s.runs * s.length;
  const none = noMoments(s.sets);
  if (x.size === 0) return none;
  using stats = temporary(x.runtime, [s.sets, 3], "float64");
  statistics(stats, x, s, eps);
  const { elements } = stats;
  const mean = none.mean.map((_, c) => elements[3 * c]);
  return { count, mean, m2: none.m2.map((_, c) => elements[3 * c + 1] * count) };
}

/** @internal The moments of each channel of x [N, C, *] in this process. */
export function channelMoments(op: string, x: Tensor, options: LayoutOptions): Moments {
  const { dims, last } = checkChannelNorm(op, x, options);
  return ownMoments(x, batchSets(...dims, last), 0);
}

/** stats [C, 3] (mean, variance, 1/√(variance + eps)), as the kernels take them. */
function statsOf(x: Tensor, { count, mean, m2 }: Moments, eps: number): Tensor<"float64"> {
  const stats = empty(x.runtime, [mean.length, 3], "float64");
  const { elements } = stats;
  mean.forEach((value, c) => {
    const variance = m2[c] / count;
    elements.set([value, variance, 1 / Math.sqrt(variance + eps)], 3 * c);
  });
  return stats;
}

/** Σdz and Σdz·x̂ of each channel in this rank. dz is dy, or with an activation what it makes of dy, and is written. */
function ownSums(
  dy: Tensor,
  dz: Tensor | null,
  x: Tensor,
  stats: Tensor<"float64">,
  s: Sets,
  affine: Omit<Affine, "eps">,
): Float64Array[] {
  const { parts } = stepsOf(s);
  using sums = temporary(x.runtime, [s.sets * s.runs * parts, 2], "float64");
  gradientSums(sums, dz, dy, x, stats, s, affine);
  return channelSums(sums, s.sets * parts, 2).map((list) =>
    Float64Array.from({ length: s.sets }, (_, c) =>
      list.subarray(c * parts, (c + 1) * parts).reduce((sum, part) => sum + part, 0),
    ),
  );
}

/**
 * Batch normalisation of x [N, C, ...] by the statistics over all ranks of `group`, as torch.nn.SyncBatchNorm (MegDet,
 * Peng et al. 2017, arXiv 1711.07240). N may be 0 in some ranks. Each rank gets its own part of the result, and its own
 * share of the gradients of weight and bias: their sum over the ranks is the whole. All ranks must call it, and if one
 * goes back, all must: where any rank needs a gradient, all have one to pass. In evaluation, and in a group of one
 * rank, it is batchNorm. Throws as batchNorm does, RangeError on every rank where all ranks together have a single
 * value per channel.
 */
export function groupBatchNorm(x: Tensor, group: ProcessGroup, options: BatchNormOptions): Tensor {
  if (!options.training || group.size === 1) return batchNorm(x, options);
  const { weight, bias, activation, eps = 1e-5, mask, ...others } = options;
  if (mask)
    return overPositions(OP, x, mask, { layout: options.layout }, (valid) =>
      groupBatchNorm(valid, group, { ...others, weight, bias, activation, eps, layout: "nchw" }),
    );
  const { dims, last, running } = checkChannelNorm(OP, x, options);
  const s = batchSets(...dims, last);
  return call(OP, () => {
    const needs = isGradEnabled() && [x, weight, bias].some((input) => input?.requiresGrad);
    const moments = groupMoments(ownMoments(x, s, eps), group, needs);
    const { count, needed } = moments;
    if (count === 1) {
      const message = `${OP}: Expected more than 1 value per channel when training, got 1 in all`;
      throw Object.assign(new RangeError(message), { onEveryRank: true }); // they are in step after it
    }
    if (count === 0) return ofNothing(OP, x, [x, weight, bias]);
    using stats = statsOf(x, moments, eps);
    const y = empty(x.runtime, x.shape);
    if (x.size > 0) normalize(y, stats, x, s, { weight, bias, eps, activation });
    if (running) update(running, stats, { ...s, runs: 1, length: count });
    const saved = [x, stats, weight, activation ? bias : null];
    // a rank that needs no gradient goes back too where another does: it has a part in their sums
    using joining = needed && !needs ? temporary(x.runtime, [0]) : null;
    if (joining) joining.requiresGrad = true;
    return record(
      OP,
      y,
      [x, weight, bias, joining],
      saved,
      (dy, saved, [needsX, needsWeight, needsBias]) => {
        const [x, stats, weight, bias] = saved as unknown as [
          Tensor,
          Tensor<"float64">,
          ...Tensor[],
        ];
        const { runtime } = x;
        const code = activationCode(activation);
        const dx = needsX ? empty(runtime, x.shape) : null;
        using spare = code && !dx ? temporary(runtime, x.shape) : null;
        const dz = code ? (dx ?? spare) : null;
        const some = x.size > 0;
        const local = some
          ? ownSums(dy, dz, x, stats, s, { weight, bias, activation })
          : [0, 1].map(() => new Float64Array(s.sets));
        const all = Float64Array.of(...local[0], ...local[1]);
        group.allReduce(all);
        if (dx && some) {
          using means = temporary(runtime, [s.sets, 2], "float64");
          const { elements } = means;
          const factors = weight?.elements;
          for (let c = 0; c < s.sets; c++) {
            const factor = (factors?.[c] ?? 1) / count;
            elements[2 * c] = all[c] * factor;
            elements[2 * c + 1] = all[s.sets + c] * factor;
          }
          gradientOfInput(dx, dz ?? dy, x, stats, means, s, weight);
        }
        const [shift, scale] = local;
        const dweight = gradientOf(dy, needsWeight, [s.sets], (c) => scale[c]);
        return [dx, dweight, gradientOf(dy, needsBias, [s.sets], (c) => shift[c])];
      },
    );
  });
}
