import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import { composed } from "../composed.js";
import { add } from "../elementwise/add.js";
import { halves } from "../elementwise/gated.js";
import { mul } from "../elementwise/mul.js";
import { log1pExp } from "../elementwise/softplus.js";
import { sub } from "../elementwise/sub.js";
import { checkPair, type Reduction, reduced, reductions } from "./loss.js";

const op = "binaryCrossEntropyWithLogits";

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BinaryCrossEntropyOptions {
  /** Factors of the terms, of a shape that broadcasts to theirs; none by default. */
  weight?: Tensor | null;
  /** Factors of the positive parts, of a shape that broadcasts to the terms', such as [classes]; none by default. */
  posWeight?: Tensor | null;
  /** What becomes of the terms; "mean" by default. */
  reduction?: Reduction;
}

const rules: Rules<BinaryCrossEntropyOptions> = {
  weight: "Tensor|null",
  posWeight: "Tensor|null",
  reduction: reductions,
};

/**
 * −(t·ln σ(x) + (1 − t)·ln(1 − σ(x))) of logits x and targets t from 0 to 1, averaged over all elements (NaN for none),
 * summed, or with "none" as it is. No logit is too large for it.
 * @shape x [...], t [...] → [], or with "none" [...]
 * @throws RangeError for two shapes, for another `reduction`, and for factors of a shape that does not broadcast to x's
 * @source torch.nn.functional.binary_cross_entropy_with_logits
 */
export function binaryCrossEntropyWithLogits(
  x: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  return composed(op, () => {
    const { weight, posWeight, reduction = "mean" } = checkOptions(op, options, rules);
    checkPair(op, x, target);
    checkFactors("weight", weight, x);
    checkFactors("posWeight", posWeight, x);
    // −ln σ(x) = ln(1 + e^−|x|) − below, −ln(1 − σ(x)) = ln(1 + e^−|x|) + above: nothing cancels
    const { above, below } = halves(x);
    const both = log1pExp(sub(below, above));
    const positive = mul(posWeight ? mul(target, posWeight) : target, sub(both, below));
    const terms = add(positive, mul(sub(1, target), add(both, above)));
    return reduced(weight ? mul(terms, weight) : terms, reduction);
  });
}

function checkFactors(name: string, factors: Tensor | null | undefined, x: Tensor): void {
  if (!factors) return;
  checkTensor(op, name, factors);
  checkSameRuntime(op, x, factors);
  const missing = x.shape.length - factors.shape.length;
  const fits = factors.shape.every((length, i) => length === 1 || length === x.shape[i + missing]);
  if (missing >= 0 && fits) return;
  throw new RangeError(
    `${op}: expected ${name} that broadcasts to [${x.shape.join(", ")}], got [${factors.shape.join(", ")}]`,
  );
}
