// Losses of the distance |input − target|. The gradient is 0 where both are equal.
import { checkNumber, checkPositive } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { composed } from "../composed.js";
import { add } from "../elementwise/add.js";
import { div } from "../elementwise/div.js";
import { gated, where } from "../elementwise/gated.js";
import { mul } from "../elementwise/mul.js";
import { neg } from "../elementwise/neg.js";
import { relu } from "../elementwise/relu.js";
import { sub } from "../elementwise/sub.js";
import { checkPair, type Reduction, reduced, reductions } from "./loss.js";

/** Options of `l1Loss`. */
export interface L1LossOptions {
  /** What becomes of the distances; "mean" by default. */
  reduction?: Reduction;
}
/** Options of `smoothL1Loss`. */
export interface SmoothL1LossOptions extends L1LossOptions {
  /** The distance where the parabola becomes a line, ≥ 0; 1 by default. */
  beta?: number;
}
/** Options of `huberLoss`. */
export interface HuberLossOptions extends L1LossOptions {
  /** The distance where the parabola becomes a line, and the slope of that line, > 0; 1 by default. */
  delta?: number;
}

const rules: Rules<L1LossOptions> = { reduction: reductions };
const smoothRules: Rules<SmoothL1LossOptions> = { reduction: reductions, beta: "number" };
const huberRules: Rules<HuberLossOptions> = { reduction: reductions, delta: "number" };

/** |input − target|: a parabola of the distance up to `edge`, then a line of `slope`. */
function bent(input: Tensor, target: Tensor, edge: number, slope: number): Tensor {
  const difference = sub(input, target);
  const distance = add(relu(difference), relu(neg(difference)));
  if (Math.fround(edge) === 0) return slope === 1 ? distance : mul(distance, slope);
  const near = gated(
    distance,
    where(distance, (d) => d < edge),
  );
  const far = gated(
    sub(distance, edge / 2),
    where(distance, (d) => !(d < edge)),
  );
  const terms = add(mul(mul(near, div(near, edge)), 0.5), far);
  return slope === 1 ? terms : mul(terms, slope);
}

/**
 * |input − target|, averaged over all elements (NaN for none), summed, or with "none" as it is. Both have one shape.
 * @shape input [...], target [...] → [], or with "none" [...]
 * @throws RangeError for two shapes and for another `reduction`
 * @source torch.nn.functional.l1_loss
 */
export function l1Loss(input: Tensor, target: Tensor, options: L1LossOptions = {}): Tensor {
  return composed("l1Loss", () => {
    const { reduction = "mean" } = checkOptions("l1Loss", options, rules);
    checkPair("l1Loss", input, target);
    return reduced(bent(input, target, 0, 1), reduction);
  });
}

/**
 * 0.5·d²/beta where d = |input − target| is below beta, else d − 0.5·beta; reduced as in l1Loss.
 * @shape input [...], target [...] → [], or with "none" [...]
 * @throws RangeError for two shapes, for another `reduction` and for a beta below 0
 * @source Girshick 2015, arXiv 1504.08083; torch.nn.functional.smooth_l1_loss
 */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  options: SmoothL1LossOptions = {},
): Tensor {
  return composed("smoothL1Loss", () => {
    const { reduction = "mean", beta = 1 } = checkOptions("smoothL1Loss", options, smoothRules);
    checkNumber("smoothL1Loss", "beta", beta);
    checkPair("smoothL1Loss", input, target);
    return reduced(bent(input, target, beta, 1), reduction);
  });
}

/**
 * 0.5·d² where d = |input − target| is below delta, else delta·(d − 0.5·delta); reduced as in l1Loss.
 * @shape input [...], target [...] → [], or with "none" [...]
 * @throws RangeError for two shapes, for another `reduction` and for a delta that is not above 0
 * @source Huber 1964; torch.nn.functional.huber_loss
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  return composed("huberLoss", () => {
    const { reduction = "mean", delta = 1 } = checkOptions("huberLoss", options, huberRules);
    checkPositive("huberLoss", "delta", delta);
    checkPair("huberLoss", input, target);
    return reduced(bent(input, target, delta, delta), reduction);
  });
}
