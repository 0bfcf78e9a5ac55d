import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { type AnyTensor, show, type Tensor, tensor, zeros } from "../../tensor.js";
import type { Activation } from "../elementwise/activation.js";
import { concat } from "../shape/concat.js";
import { slice } from "../shape/slice.js";
import { checkChannelNorm } from "./batch-norm.js";
import { batchSets, channelNorm, groupSets, type Running } from "./channel-norm.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import { moveRunning } from "./move-running.js";
import { overPositions, validOf } from "./valid-positions.js";

/** Options of `instanceNorm`. */
export interface InstanceNormOptions extends LayoutOptions {
  /** Running mean [C]. It is moved in place, or without `useInputStats` used. */
  runningMean?: Tensor | null;
  /** Running variance [C], used and moved with the mean. */
  runningVar?: Tensor | null;
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Whether to normalise by the statistics of each instance (default), or by the running statistics. */
  useInputStats?: boolean;
  /** Share of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
  /**
   * The running variance takes an instance's times n/(n − correction): 1, the default, as in PyTorch; 0 (biased) as in
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

const rules: Rules<InstanceNormOptions> = {
  runningMean: "Tensor|null",
  runningVar: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  useInputStats: "boolean",
  momentum: "number",
  correction: [0, 1],
  eps: "number",
  layout: layouts,
  activation: "string|null",
  mask: "Tensor|null",
};

/**
 * Instance normalisation of x [N, C, ...]: group normalisation with one channel a group. Running statistics, if given,
 * move towards the batch mean of the instances' means and unbiased variances. With a mask, padding counts in no
 * statistic, is 0 in the output and gets no gradient; a sample of nothing but padding is passed over.
 * @shape x [N, C, ...], weight [C] or null, bias [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes and when an instance has one element; TypeError without running statistics when
 *   `useInputStats` is false
 * @source Ulyanov, Vedaldi, Lempitsky 2016, arXiv 1607.08022; with scale and shift: 2017, arXiv 1701.02096
 */
export function instanceNorm(x: Tensor, options: InstanceNormOptions = {}): Tensor {
  return instanceNormOf("instanceNorm", x, checkOptions("instanceNorm", options, rules));
}

/** @internal Instance norm as a step of `op`, whose name its refusals have. */
export function instanceNormOf(op: string, x: Tensor, options: InstanceNormOptions): Tensor {
  const { mask, ...norm } = options;
  const { weight, bias, useInputStats = true, eps = 1e-5, activation } = norm;
  const { dims, last, running } = checkChannelNorm(op, x, norm);
  const [batch, channels, length] = dims;
  const affine = { weight, bias, eps, activation };
  if (!useInputStats) {
    if (mask)
      return overPositions(op, x, mask, norm, (valid) =>
        instanceNormOf(op, valid, { ...norm, layout: "nchw" }),
      );
    if (!running) {
      throw new TypeError(
        `${op}: expected runningMean and runningVar to be defined when useInputStats is false`,
      );
    }
    return channelNorm(op, x, batchSets(...dims, last), affine, { constant: running });
  }
  if (mask) {
    const { runningMean: _, runningVar: __, layout: ___, ...each } = norm;
    const masked = (x: Tensor) =>
      call(op, () =>
        batch > 0
          ? maskedInstanceNorm(op, x, mask, each, running)
          : overPositions(op, x, mask, {}, (valid) => instanceNormOf(op, valid, each)),
      );
    return last ? asNCHW(op, [x], masked) : masked(x);
  }
  if (length === 1) {
    throw new RangeError(
      `${op}: Expected more than 1 spatial element when training, got input size ${show(x.shape)}`,
    );
  }
  const sets = groupSets(batch, channels, length, channels, last);
  return channelNorm(op, x, sets, affine, { running });
}

/**
 * Instance norm of each sample's valid positions, gathered. Moves `running` by the mean over the samples that have any.
 */
function maskedInstanceNorm(
  op: string,
  x: Tensor,
  mask: AnyTensor,
  norm: InstanceNormOptions,
  running: Running | null,
): Tensor {
  const { runtime } = x;
  const [batch, channels] = x.shape;
  const counts = new Array(batch).fill(0);
  for (const at of validOf(op, x, mask)) counts[Math.floor((at * batch) / x.size)]++;
  const valid = mask.toArray() as Float32Array; // a view would not outlive the growth of memory
  const step = valid.length / batch;
  const sums = [0, 1].map(() => new Float64Array(channels));
  const samples = counts.map((count, n) => {
    const part = valid.slice(n * step, (n + 1) * step);
    using own = tensor(part, [1, ...mask.shape.slice(1)], { runtime });
    using sample = slice(x, 0, n, n + 1);
    using runningMean = zeros([channels], { runtime });
    using runningVar = zeros([channels], { runtime });
    const statistics = running && count > 0 ? { runningMean, runningVar, momentum: 1 } : {};
    const y = overPositions(op, sample, own, {}, (valid) =>
      instanceNormOf(op, valid, { ...norm, ...statistics }),
    );
    for (const [k, { elements }] of [runningMean, runningVar].entries())
      for (let c = 0; c < channels; c++) sums[k][c] += elements[c];
    return y;
  });
  const y = concat(samples);
  for (const sample of samples) sample.dispose();
  const seen = counts.filter((count) => count > 0).length;
  if (running && seen > 0) {
    const { mean, variance, momentum } = running;
    moveRunning(mean, momentum, (c) => sums[0][c] / seen);
    moveRunning(variance, momentum, (c) => sums[1][c] / seen);
  }
  return y;
}
