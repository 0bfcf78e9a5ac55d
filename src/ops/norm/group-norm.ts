import { checkNumber } from "../../numbers.js";
import { checkOptions, describe, type Rules } from "../../options.js";
import { show, sizeOf, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { type Activation, checkActivation } from "../elementwise/activation.js";
import { channelNorm, groupSets } from "./channel-norm.js";
import { channelShape, type LayoutOptions, layouts } from "./layout.js";

/** Options of `groupNorm`. */
export interface GroupNormOptions extends LayoutOptions {
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Whether a group of a single value, in a batch without any other, gives 0 as in Keras. By default it is refused. */
  allowSingle?: boolean;
  /** The activation behind the norm, in the same pass over memory; none by default. */
  activation?: Activation | null;
}

const rules: Rules<GroupNormOptions> = {
  weight: "Tensor|null",
  bias: "Tensor|null",
  eps: "number",
  allowSingle: "boolean",
  layout: layouts,
  activation: "string|null",
};

/**
 * Group normalisation of x [N, C, ...], by the statistics of each sample's groups of C / numGroups neighbouring
 * channels; weight and bias [C].
 * @shape x [N, C, ...], weight [C] or null, bias [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes, a group count that does not divide C, and one value per group (PyTorch's refusal)
 *   unless `allowSingle`
 * @source Wu, He 2018, arXiv 1803.08494; with one group: Ba, Kiros, Hinton 2016, arXiv 1607.06450
 */
export function groupNorm(x: Tensor, numGroups: number, options: GroupNormOptions = {}): Tensor {
  checkOptions("groupNorm", options, rules);
  const { weight, bias, eps = 1e-5, allowSingle = false, activation } = options;
  checkTensor("groupNorm", "input", x);
  const last = options.layout === "nhwc";
  const [batch, channels, ...space] = channelShape("groupNorm", x, last);
  if (!Number.isInteger(numGroups) || numGroups < 1)
    throw new RangeError(
      `groupNorm: expected numGroups an integer ≥ 1, got ${describe(numGroups)}`,
    );
  if (channels % numGroups !== 0) {
    throw new RangeError(
      `groupNorm: num_channels must be divisible by num_groups, got ${channels} and ${numGroups}`,
    );
  }
  checkShape("groupNorm", "weight", weight, [channels]);
  checkShape("groupNorm", "bias", bias, [channels]);
  checkSameRuntime("groupNorm", x, weight, bias);
  checkNumber("groupNorm", "eps", eps);
  checkActivation("groupNorm", activation);
  const length = sizeOf(space);
  // PyTorch counts the values of all samples here
  if (!allowSingle && (batch * channels * length) / numGroups === 1) {
    throw new RangeError(
      `groupNorm: Expected more than 1 value per channel when training, got input size ${show(x.shape)}`,
    );
  }
  const sets = groupSets(batch, channels, length, numGroups, last);
  return channelNorm("groupNorm", x, sets, { weight, bias, eps, activation }, {});
}
