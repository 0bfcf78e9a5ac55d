// Norms whose scale and shift are given for each sample and channel. They run the kernels of batch and instance norm on
// x seen as one sample of N·C channels. So the affine part costs no pass of its own, and its gradients come with that
// of x.
import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { type AnyTensor, ones, show, sizeOf, type Tensor, zeros } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { batchNorm, checkChannelNorm, noStatistics } from "./batch-norm.js";
import { channelNorm, groupSets, type Running, type Sets } from "./channel-norm.js";
import { channelShape, type LayoutOptions, layouts } from "./layout.js";
import { overPositions } from "./valid-positions.js";

type Statistics = { running?: Running | null; constant?: Running | null };

/** Refuses scales and shifts that are not of `batch` samples and `channels` channels. */
function checkConditions(
  op: string,
  x: Tensor,
  [scale, shift]: Tensor[],
  batch: number,
  channels: number,
): void {
  for (const [name, tensor] of Object.entries({ scale, shift })) {
    checkTensor(op, name, tensor);
    checkShape(op, name, tensor, [batch, channels]);
  }
  checkSameRuntime(op, x, scale, shift);
}

/** Normalises the `sets` of x's planes, and gives plane (n, c) scale[n][c] and shift[n][c]. */
function perSample(
  op: string,
  x: Tensor,
  [scale, shift]: Tensor[],
  sets: Sets,
  eps: number,
  statistics: Statistics,
): Tensor {
  const { batch, channels } = sets;
  checkConditions(op, x, [scale, shift], batch, channels);
  const planes = batch * channels;
  using flat = x.reshape([1, planes, sets.length]);
  using weight = scale.reshape([planes]);
  using bias = shift.reshape([planes]);
  const one = { ...sets, batch: 1, channels: planes };
  using y = channelNorm(op, flat, one, { weight, bias, eps }, statistics);
  return y.reshape(x.shape);
}

/** Options of `conditionalInstanceNorm`. */
export interface ConditionalInstanceNormOptions extends LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
}

const instanceRules: Rules<ConditionalInstanceNormOptions> = { eps: "number", layout: layouts };

/**
 * Conditional instance normalisation of x [N, C, ...]: instance norm with a scale and shift [N, C] of each sample, such
 * as those of its style; eps = 1e-5. With the deviations and means of another image it is AdaIN.
 * @shape x [N, C, ...], scale [N, C], shift [N, C] → [N, C, ...]
 * @throws RangeError on wrong shapes and where an instance has one element
 * @source Dumoulin, Shlens, Kudlur 2016, arXiv 1610.07629
 */
export function conditionalInstanceNorm(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  options: ConditionalInstanceNormOptions = {},
): Tensor {
  const op = "conditionalInstanceNorm";
  const { eps = 1e-5, layout } = checkOptions(op, options, instanceRules);
  const { dims, last } = checkChannelNorm(op, x, { eps, layout });
  const [batch, channels, length] = dims;
  if (length === 1) {
    throw new RangeError(
      `${op}: Expected more than 1 spatial element when training, got input size ${show(x.shape)}`,
    );
  }
  const sets = groupSets(batch, channels, length, channels, last);
  return perSample(op, x, [scale, shift], sets, eps, {});
}

/** Options of `conditionalBatchNorm`. */
export interface ConditionalBatchNormOptions extends LayoutOptions {
  /** Running mean [C]: used when not training, moved in place when training. */
  runningMean?: Tensor | null;
  /** Running variance [C], used and moved with the mean. */
  runningVar?: Tensor | null;
  /** Whether to normalise by the statistics of this batch and move the running ones; false by default. */
  training?: boolean;
  /** Share of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** A mask [N, ...], as in batchNorm: 1 for positions that count, 0 for padding. */
  mask?: AnyTensor | null;
}

const batchRules: Rules<ConditionalBatchNormOptions> = {
  runningMean: "Tensor|null",
  runningVar: "Tensor|null",
  training: "boolean",
  momentum: "number",
  eps: "number",
  layout: layouts,
  mask: "Tensor|null",
};

/**
 * Conditional batch normalisation of x [N, C, ...]: batch norm by the statistics of the batch (`training`) or by the
 * running statistics, then a scale and shift [N, C] of each sample.
 * @shape x [N, C, ...], scale [N, C], shift [N, C] → [N, C, ...]
 * @throws RangeError on wrong shapes and when training with one value per channel; TypeError without running statistics
 *   when not training
 * @source de Vries et al. 2017, arXiv 1707.00683
 */
export function conditionalBatchNorm(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  options: ConditionalBatchNormOptions = {},
): Tensor {
  const op = "conditionalBatchNorm";
  const { training = false, eps = 1e-5, layout, mask } = checkOptions(op, options, batchRules);
  const { dims, last, running } = checkChannelNorm(op, x, options);
  const [batch, channels, length] = dims;
  if (!training && !running) throw noStatistics(op);
  if (mask) {
    checkConditions(op, x, [scale, shift], batch, channels);
    const { mask: _, ...norm } = options;
    using normalized = overPositions(op, x, mask, options, (valid) =>
      batchNorm(valid, { ...norm, layout: "nchw" }),
    );
    using shifted = film(normalized, scale, shift, { layout });
    return overPositions(op, shifted, mask, { layout }, (valid) => valid); // the shift is not for padding
  }
  if (training && batch * length === 1) {
    throw new RangeError(
      `${op}: Expected more than 1 value per channel when training, got input size ${show(x.shape)}`,
    );
  }
  const one = { batch, channels, length, sets: channels, runs: batch, planeStep: channels };
  const sets = last ? { ...one, cols: channels } : one;
  return perSample(
    op,
    x,
    [scale, shift],
    sets,
    eps,
    training ? { running } : { constant: running },
  );
}

const filmRules: Rules<LayoutOptions> = { layout: layouts };

/**
 * Feature-wise linear modulation of x [N, C, ...]: x·scale + shift, both [N, C]. Nothing is normalised.
 * @shape x [N, C, ...], scale [N, C], shift [N, C] → [N, C, ...]
 * @throws RangeError on wrong shapes
 * @source Perez et al. 2017, FiLM, arXiv 1709.07871
 */
export function film(x: Tensor, scale: Tensor, shift: Tensor, options: LayoutOptions = {}): Tensor {
  return call("film", () => {
    const { layout } = checkOptions("film", options, filmRules);
    checkTensor("film", "input", x);
    const { runtime } = x;
    const last = layout === "nhwc";
    const [batch, channels, ...space] = channelShape("film", x, last);
    const planes = batch * channels;
    using mean = zeros([planes], { runtime });
    using variance = ones([planes], { runtime });
    const constant = { mean, variance, momentum: 0, correction: 1 };
    const sets = groupSets(batch, channels, sizeOf(space), channels, last);
    return perSample("film", x, [scale, shift], sets, 0, { constant });
  });
}
