import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { type AnyTensor, show, sizeOf, type Tensor } from "../../tensor.js";
import { checkNoGradient, checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { type Activation, checkActivation } from "../elementwise/activation.js";
import { batchSets, channelNorm, type Running } from "./channel-norm.js";
import { channelShape, type LayoutOptions, layouts } from "./layout.js";
import { overPositions } from "./valid-positions.js";

/** Options of `batchNorm`. */
export interface BatchNormOptions extends LayoutOptions {
  /** Running mean [C]: used when not training, moved in place when training. */
  runningMean?: Tensor | null;
  /** Running variance [C], used and moved with the mean. */
  runningVar?: Tensor | null;
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Whether to normalise by the statistics of this batch and move the running ones; false by default. */
  training?: boolean;
  /** Share of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
  /**
   * The running variance takes the batch's times n/(n − correction): 1, the default, as in PyTorch; 0 (biased) as in
   * Keras, tfjs and ONNX.
   */
  correction?: 0 | 1;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** The activation behind the norm, in the same pass over memory; none by default. */
  activation?: Activation | null;
  /** A mask [N, ...] of float32, int32 or uint8: 1 for positions that count, 0 for padding. */
  mask?: AnyTensor | null;
}

const rules: Rules<BatchNormOptions> = {
  runningMean: "Tensor|null",
  runningVar: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  training: "boolean",
  momentum: "number",
  correction: [0, 1],
  eps: "number",
  layout: layouts,
  activation: "string|null",
  mask: "Tensor|null",
};

interface ChannelNorm extends LayoutOptions {
  runningMean?: Tensor | null;
  runningVar?: Tensor | null;
  weight?: Tensor | null;
  bias?: Tensor | null;
  momentum?: number;
  correction?: 0 | 1;
  eps?: number;
  activation?: Activation | null;
}

/**
 * Checks what norms of channels share. Returns [batch, channels, length], where the channels are, and running
 * statistics.
 */
export function checkChannelNorm(
  op: string,
  x: Tensor,
  options: ChannelNorm,
): { dims: [number, number, number]; last: boolean; running: Running | null } {
  const { runningMean, runningVar, weight, bias, momentum = 0.1, eps = 1e-5 } = options;
  const { correction = 1 } = options;
  checkTensor(op, "input", x);
  const last = options.layout === "nhwc";
  const [batch, channels, ...space] = channelShape(op, x, last);
  const perChannel = [channels];
  checkShape(op, "runningMean", runningMean, perChannel);
  checkShape(op, "runningVar", runningVar, perChannel);
  checkShape(op, "weight", weight, perChannel);
  checkShape(op, "bias", bias, perChannel);
  checkSameRuntime(op, x, runningMean, runningVar, weight, bias);
  checkNumber(op, "momentum", momentum);
  checkNumber(op, "eps", eps);
  checkActivation(op, options.activation);
  checkNoGradient(op, { runningMean, runningVar });
  if (!runningMean !== !runningVar)
    throw new TypeError(`${op}: expected runningMean and runningVar both or neither`);
  const running =
    runningMean && runningVar
      ? { mean: runningMean, variance: runningVar, momentum, correction }
      : null;
  return { dims: [batch, channels, sizeOf(space)], last, running };
}

export const noStatistics = (op: string): TypeError =>
  new TypeError(`${op}: runningMean and runningVar must be defined in evaluation mode`);

/**
 * Batch normalisation of x [N, C, ...]: (x − mean)/√(variance + eps)·weight + bias, per channel, by the statistics of
 * the batch (`training`) or by the running statistics. Training moves the running statistics, with the unbiased
 * variance, or with `correction` 0 the biased one. With a mask, padding counts in no statistic, is 0 in the output and
 * gets no gradient.
 * @shape x [N, C, ...], weight [C] or null, bias [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes and when training with one value per channel; TypeError without running statistics
 *   when not training, for one of the two alone, and for one that requires a gradient
 * @source Ioffe, Szegedy 2015, arXiv 1502.03167
 */
export function batchNorm(x: Tensor, options: BatchNormOptions = {}): Tensor {
  return batchNormOf("batchNorm", x, checkOptions("batchNorm", options, rules));
}

/** @internal Batch norm as a step of `op`, whose name its refusals have. */
export function batchNormOf(op: string, x: Tensor, options: BatchNormOptions): Tensor {
  const { mask, ...norm } = options;
  const { weight, bias, training = false, eps = 1e-5, activation } = norm;
  const { dims, last, running } = checkChannelNorm(op, x, norm);
  if (mask)
    return overPositions(op, x, mask, norm, (valid) =>
      batchNormOf(op, valid, { ...norm, layout: "nchw" }),
    );
  const [batch, , length] = dims;
  if (!training && !running) throw noStatistics(op);
  if (training && batch * length === 1) {
    throw new RangeError(
      `${op}: Expected more than 1 value per channel when training, got input size ${show(x.shape)}`,
    );
  }
  const statistics = training ? { running } : { constant: running };
  const affine = { weight, bias, eps, activation };
  return channelNorm(op, x, batchSets(...dims, last), affine, statistics);
}
