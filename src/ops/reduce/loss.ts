// What the losses share.
import type { Tensor } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { mul } from "../elementwise/mul.js";
import { mean } from "./mean.js";
import { sum } from "./sum.js";

/** What a loss makes of its terms: their mean, their sum, or the terms themselves. */
export type Reduction = "mean" | "sum" | "none";
/** @internal The rules of options use them. */
export const reductions: readonly Reduction[] = ["mean", "sum", "none"];

/** Refuses an input and a target that are no float32 tensors of one shape and runtime. */
export function checkPair(op: string, input: Tensor, target: Tensor): void {
  checkTensor(op, "input", input);
  checkTensor(op, "target", target);
  checkShape(op, "target", target, input.shape);
  checkSameRuntime(op, input, target);
}

/** The mean of the terms (NaN for none), their sum, or the terms. Callers free what is made on the way. */
export function reduced(terms: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none") return terms;
  const total = reduction === "sum" ? sum : mean;
  const loss = total(terms);
  // Blocks of 64 are summed in float32. Where that is too small, the terms are made smaller.
  return Number.isFinite(loss.item()) ? loss : mul(total(mul(terms, 2 ** -100)), 2 ** 100);
}
