import { show, type Tensor } from "../tensor.js";
import { type BatchNormOptions, checkChannelNorm } from "./batch-norm.js";
import { batchSets, channelNorm, groupSets } from "./channel-norm.js";

export interface InstanceNormOptions extends Omit<BatchNormOptions, "training"> {
  /** Normalise by the statistics of each instance (default), or by the running ones. */
  useInputStats?: boolean;
}

/**
 * Instance normalisation (Ulyanov, Vedaldi, Lempitsky 2016, arXiv 1607.08022) of x [N, C, ...]: group normalisation with one
 * channel a group. Running statistics, if given, move towards the batch mean of the instances' means and unbiased variances.
 * Throws RangeError on wrong shapes and when an instance has one element.
 */
export function instanceNorm(x: Tensor, options: InstanceNormOptions = {}): Tensor {
  const { weight, bias, useInputStats = true, eps = 1e-5, activation } = options;
  const { dims, last, running } = checkChannelNorm("instanceNorm", x, options);
  const [batch, channels, length] = dims;
  const affine = { weight, bias, eps, activation };
  if (!useInputStats) {
    if (!running) {
      throw new TypeError(
        "instanceNorm: expected runningMean and runningVar to be defined when useInputStats is false",
      );
    }
    return channelNorm("instanceNorm", x, batchSets(...dims, last), affine, { constant: running });
  }
  if (length === 1) {
    throw new RangeError(
      `instanceNorm: Expected more than 1 spatial element when training, got input size ${show(x.shape)}`,
    );
  }
  const sets = groupSets(batch, channels, length, channels, last);
  return channelNorm("instanceNorm", x, sets, affine, { running });
}
