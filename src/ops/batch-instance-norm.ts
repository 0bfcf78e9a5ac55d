import { call } from "../call.js";
import type { Tensor } from "../tensor.js";
import { add } from "./add.js";
import { type BatchNormOptions, batchNorm, checkChannelNorm } from "./batch-norm.js";
import { checkShape } from "./check.js";
import { instanceNorm } from "./instance-norm.js";
import { mul } from "./mul.js";
import { sub } from "./sub.js";

/**
 * Batch-instance normalisation (Nam, Kim 2018, arXiv 1805.07925) of x [N, C, ...]: (gate·BN(x) + (1 − gate)·IN(x))·weight + bias,
 * gate [C] learned and to be kept in [0, 1] after each step of the optimiser. The batch part follows `training`. Throws as
 * batchNorm and instanceNorm do.
 */
export function batchInstanceNorm(
  x: Tensor,
  gate: Tensor,
  options: Omit<BatchNormOptions, "activation"> = {},
): Tensor {
  return call("batchInstanceNorm", () => {
    const { weight, bias, eps, layout } = options;
    const { dims } = checkChannelNorm("batchInstanceNorm", x, options);
    checkShape("batchInstanceNorm", "gate", gate, [dims[1]]);
    using rest = sub(1, gate);
    using batchWeight = weight ? mul(weight, gate) : null;
    using instanceWeight = weight ? mul(weight, rest) : null;
    using ofInstance = instanceNorm(x, { weight: instanceWeight ?? rest, eps, layout });
    using ofBatch = batchNorm(x, { ...options, weight: batchWeight ?? gate, bias });
    return add(ofBatch, ofInstance);
  });
}
