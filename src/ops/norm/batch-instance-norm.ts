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

export interface BatchInstanceNormOptions extends LayoutOptions {
  /** Running statistics [C] of the batch part: used when not training, moved in place when training. */
  runningMean?: Tensor | null;
  runningVar?: Tensor | null;
  weight?: Tensor | null;
  bias?: Tensor | null;
  training?: boolean;
  /** Share of the new value in the running statistics. */
  momentum?: number;
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
 * Batch-instance normalisation (Nam, Kim 2018, arXiv 1805.07925) of x [N, C, ...]:
 * (gate·BN(x) + (1 − gate)·IN(x))·weight + bias. gate [C] is learned; keep it in [0, 1] after each step of the
 * optimiser. The batch part follows `training`. Throws as batchNorm and instanceNorm do.
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
