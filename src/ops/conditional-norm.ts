// Norms whose scale and shift are given for each sample and channel: the kernels of batch and instance norm on x seen as one
// sample of N·C channels, so the affine part costs no pass of its own, and its gradients come with that of x.
import { ones, show, sizeOf, type Tensor, zeros } from "../tensor.js";
import { type BatchNormOptions, checkChannelNorm } from "./batch-norm.js";
import { channelNorm, groupSets, type Running, type Sets } from "./channel-norm.js";
import { checkSameRuntime, checkShape, checkTensor } from "./check.js";
import { channelShape, channelsLast, type LayoutOptions } from "./layout.js";

type Statistics = { running?: Running | null; constant?: Running | null };

/** Normalises the `sets` of x's planes and gives plane (n, c) scale[n][c] and shift[n][c]. */
function perSample(
  op: string,
  x: Tensor,
  [scale, shift]: Tensor[],
  sets: Sets,
  eps: number,
  statistics: Statistics,
): Tensor {
  const { batch, channels } = sets;
  for (const [name, tensor] of Object.entries({ scale, shift })) {
    checkTensor(op, name, tensor);
    checkShape(op, name, tensor, [batch, channels]);
  }
  checkSameRuntime(op, x, scale, shift);
  const planes = batch * channels;
  using flat = x.reshape([1, planes, sets.length]);
  using weight = scale.reshape([planes]);
  using bias = shift.reshape([planes]);
  const one = { ...sets, batch: 1, channels: planes };
  using y = channelNorm(op, flat, one, { weight, bias, eps }, statistics);
  return y.reshape(x.shape);
}

export interface ConditionalInstanceNormOptions extends LayoutOptions {
  eps?: number;
}

/**
 * Conditional instance normalisation (Dumoulin, Shlens, Kudlur 2016, arXiv 1610.07629) of x [N, C, ...]: instance norm with a
 * scale and shift [N, C] of each sample, such as those of its style; eps = 1e-5. With those of another image it is AdaIN. Throws
 * RangeError on wrong shapes and where an instance has one element.
 */
export function conditionalInstanceNorm(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  { eps = 1e-5, layout }: ConditionalInstanceNormOptions = {},
): Tensor {
  const op = "conditionalInstanceNorm";
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

/**
 * Conditional batch normalisation (de Vries et al. 2017, arXiv 1707.00683) of x [N, C, ...]: batch norm by the statistics of the
 * batch (`training`) or the running ones, then a scale and shift [N, C] of each sample. Throws as batchNorm does.
 */
export function conditionalBatchNorm(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  options: Omit<BatchNormOptions, "weight" | "bias" | "activation"> = {},
): Tensor {
  const op = "conditionalBatchNorm";
  const { training = false, eps = 1e-5 } = options;
  const { dims, last, running } = checkChannelNorm(op, x, options);
  const [batch, channels, length] = dims;
  if (!training && !running)
    throw new TypeError(`${op}: runningMean and runningVar must be defined in evaluation mode`);
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

/**
 * Feature-wise linear modulation (Perez et al. 2017, FiLM, arXiv 1709.07871) of x [N, C, ...]: x·scale + shift, both [N, C],
 * nothing normalised. Throws RangeError on wrong shapes.
 */
export function film(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  { layout }: LayoutOptions = {},
): Tensor {
  checkTensor("film", "input", x);
  const { runtime } = x;
  const last = channelsLast("film", layout);
  const [batch, channels, ...space] = channelShape("film", x, last);
  const planes = batch * channels;
  using mean = zeros([planes], { runtime });
  using variance = ones([planes], { runtime });
  const constant = { mean, variance, momentum: 0, correction: 1 };
  const sets = groupSets(batch, channels, sizeOf(space), channels, last);
  return perSample("film", x, [scale, shift], sets, 0, { constant });
}
