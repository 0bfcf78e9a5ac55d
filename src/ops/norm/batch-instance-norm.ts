import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import type { AnyTensor, Tensor } from "../../tensor.js";
import { checkShape, checkTensor } from "../check.js";
import { add } from "../elementwise/add.js";
import { mul } from "../elementwise/mul.js";
import { sub } from "../elementwise/sub.js";
import { ofNothing } from "../of-nothing.js";
import { batchNormOf, checkChannelNorm, noStatistics } from "./batch-norm.js";
import { instanceNormOf } from "./instance-norm.js";
import { type LayoutOptions, layouts } from "./layout.js";

/** Options of `batchInstanceNorm`. */
export interface BatchInstanceNormOptions extends LayoutOptions {
  /** Running mean [C]: used when not training, moved in place when training. */
  runningMean?: Tensor | null;
  /** Running variance [C], used and moved with the mean. */
  runningVar?: Tensor | null;
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Whether the batch part takes the statistics of this batch and moves the running ones; false by default. */
  training?: boolean;
  /** Share of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** A mask [N, ...], as in batchNorm: 1 for positions that count, 0 for padding. */
  mask?: AnyTensor | null;
}

const rules: Rules<BatchInstanceNormOptions> = {
  runningMean: "Tensor|null",
  runningVar: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  training: "boolean",
  momentum: "number",
  eps: "number",
  layout: layouts,
  mask: "Tensor|null",
};

/**
 * Batch-instance normalisation of x [N, C, ...]: (gate·BN(x) + (1 − gate)·IN(x))·weight + bias. gate [C] is learned;
 * keep it in [0, 1] after each step of the optimiser. The batch part follows `training`.
 * @shape x [N, C, ...], gate [C] → [N, C, ...]
 * @throws RangeError on wrong shapes, and for one value per channel (in training) or per instance; TypeError without
 *   running statistics when not training
 * @source Nam, Kim 2018, arXiv 1805.07925
 */
export function batchInstanceNorm(
  x: Tensor,
  gate: Tensor,
  options: BatchInstanceNormOptions = {},
): Tensor {
  return call("batchInstanceNorm", () => {
    const { weight, bias, eps, layout, mask } = checkOptions("batchInstanceNorm", options, rules);
    const { dims, running } = checkChannelNorm("batchInstanceNorm", x, options);
    if (!options.training && !running) throw noStatistics("batchInstanceNorm");
    checkTensor("batchInstanceNorm", "gate", gate);
    checkShape("batchInstanceNorm", "gate", gate, [dims[1]]);
    if (x.size === 0) return ofNothing("batchInstanceNorm", x, [x, gate, weight, bias]);
    using rest = sub(1, gate);
    using batchWeight = weight ? mul(weight, gate) : null;
    using instanceWeight = weight ? mul(weight, rest) : null;
    using ofInstance = instanceNormOf("batchInstanceNorm", x, {
      weight: instanceWeight ?? rest,
      eps,
      layout,
      mask,
    });
    using ofBatch = batchNormOf("batchInstanceNorm", x, {
      ...options,
      weight: batchWeight ?? gate,
      bias,
    });
    return add(ofBatch, ofInstance);
  });
}
