// Cross-entropy where every class has a share of its own: probabilities as targets, or weights of the classes.
import { full, type Tensor } from "../../tensor.js";
import { composed } from "../composed.js";
import { add } from "../elementwise/add.js";
import { div } from "../elementwise/div.js";
import { gated, where } from "../elementwise/gated.js";
import { mul } from "../elementwise/mul.js";
import { neg } from "../elementwise/neg.js";
import { logSoftmax } from "./log-softmax.js";
import type { Reduction } from "./loss.js";
import { sum } from "./sum.js";

/** How the losses of the places are made and reduced. */
export interface ShareRule {
  reduction: Reduction;
  labelSmoothing: number;
  weight: Tensor | null | undefined;
}

/**
 * −Σ shares·ln softmax(logits) over axis 1, reduced; `total` is what a mean divides by. A class without a share counts
 * as 0, even with a logit of −∞.
 */
function shareLosses(logits: Tensor, shares: Tensor, reduction: Reduction, total: number): Tensor {
  const seen = gated(
    logSoftmax(logits, 1),
    where(shares, (share) => share !== 0),
  );
  const losses = neg(sum(mul(seen, shares), 1));
  if (reduction === "none") return losses;
  return reduction === "sum" ? sum(losses) : div(sum(losses), total);
}

/** Losses for probabilities of the shape of the logits [N, C, …]. A mean divides by the number of places. */
export function probabilityLosses(logits: Tensor, target: Tensor, rule: ShareRule): Tensor {
  const { reduction, labelSmoothing, weight } = rule;
  const [, classes, ...rest] = logits.shape;
  return composed("crossEntropy", () => {
    const spread = labelSmoothing / classes;
    const smooth = labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), spread);
    const shares = weight ? mul(smooth, weight.reshape([classes, ...rest.map(() => 1)])) : smooth;
    return shareLosses(logits, shares, reduction, logits.size / classes);
  });
}

/**
 * Losses for one class a place, negative where it is to be ignored: nothing is read there. A mean divides by the
 * weights of the targets.
 */
export function weightedLosses(logits: Tensor, targets: Int32Array, rule: ShareRule): Tensor {
  const { reduction, labelSmoothing, weight } = rule;
  const { runtime, shape } = logits;
  const [, classes] = shape;
  const inner = logits.size / Math.max(1, shape[0] * classes);
  return composed("crossEntropy", () => {
    const [shares, open] = [0, 0].map((value) => full(shape, value, { runtime }));
    const [weights, to, counted] = [(weight as Tensor).elements, shares.elements, open.elements];
    let total = 0;
    targets.forEach((target, place) => {
      if (target < 0) return;
      const first = Math.floor(place / inner) * classes * inner + (place % inner);
      for (let c = 0; c < classes; c++) {
        counted[first + c * inner] = 1;
        if (labelSmoothing > 0) to[first + c * inner] = (weights[c] * labelSmoothing) / classes;
      }
      to[first + target * inner] += weights[target] * (1 - labelSmoothing);
      total += weights[target];
    });
    return shareLosses(gated(logits, open), shares, reduction, total);
  });
}
