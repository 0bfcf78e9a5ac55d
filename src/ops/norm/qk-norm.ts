import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import { normalize } from "./normalize.js";
import { scaledUnits } from "./scale-norm.js";

const rules: Rules<{ eps?: number }> = { eps: "number" };

/**
 * Query-key normalisation of q and k [..., d]. Both are divided by their 2-norm over the last axis, and q is multiplied
 * by one learned scale of shape []. So q·kᵀ are cosines times scale in place of dot products over √d; eps = 1e-12.
 * @shape q [..., d], k [..., d], scale [] → q and k of their shapes
 * @throws RangeError for scalars and another shape of `scale`
 * @source Henry, Dachapally, Pawar, Chen 2020, arXiv 2010.04245
 */
export function qkNorm(
  q: Tensor,
  k: Tensor,
  scale: Tensor,
  options: { eps?: number } = {},
): { q: Tensor; k: Tensor } {
  return call("qkNorm", () => {
    const { eps = 1e-12 } = checkOptions("qkNorm", options, rules);
    checkTensor("qkNorm", "k", k);
    checkSameRuntime("qkNorm", k, q, scale);
    return { q: scaledUnits("qkNorm", q, scale, eps), k: normalize(k, { dim: -1, eps }) };
  });
}
