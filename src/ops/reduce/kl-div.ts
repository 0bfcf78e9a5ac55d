import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { composed } from "../composed.js";
import { add } from "../elementwise/add.js";
import { div } from "../elementwise/div.js";
import { exp } from "../elementwise/exp.js";
import { where } from "../elementwise/gated.js";
import { log } from "../elementwise/log.js";
import { mul } from "../elementwise/mul.js";
import { sub } from "../elementwise/sub.js";
import { checkPair, type Reduction, reduced } from "./loss.js";
import { sum } from "./sum.js";

/** Options of `klDiv`. */
export interface KLDivOptions {
  /**
   * What becomes of the terms: "mean" (the default, over all elements), "batchmean" (the sum over the length of the
   * first axis: the divergence itself), "sum" or "none".
   */
  reduction?: Reduction | "batchmean";
  /** Whether the targets are logarithms of probabilities too; false by default. */
  logTarget?: boolean;
}

const rules: Rules<KLDivOptions> = {
  reduction: ["mean", "sum", "none", "batchmean"],
  logTarget: "boolean",
};

/**
 * t·(ln t − x): the divergence of Kullback and Leibler of probabilities t from those whose logarithms are x. A t of 0
 * counts as 0.
 * @shape x [...], t [...] → [], or with "none" [...]
 * @throws RangeError for two shapes and for another `reduction`
 * @source torch.nn.functional.kl_div
 */
export function klDiv(x: Tensor, target: Tensor, options: KLDivOptions = {}): Tensor {
  return composed("klDiv", () => {
    const { reduction = "mean", logTarget = false } = checkOptions("klDiv", options, rules);
    checkPair("klDiv", x, target);
    const zeros = () => where(target, (t) => t === 0); // ln 1 = 0 stands in for ln 0
    const terms = logTarget
      ? mul(exp(target), sub(target, x))
      : mul(target, sub(log(add(target, zeros())), x));
    if (reduction !== "batchmean") return reduced(terms, reduction);
    return div(sum(terms), x.shape[0] ?? 1);
  });
}
