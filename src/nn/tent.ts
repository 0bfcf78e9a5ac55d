import { mul } from "../ops/elementwise/mul.js";
import { logSoftmax } from "../ops/reduce/log-softmax.js";
import { softmax } from "../ops/reduce/softmax.js";
import { sum } from "../ops/reduce/sum.js";
import { describe } from "../options.js";
import { type Tensor, tidy } from "../tensor.js";
import { batchNormsOf, withBatchStatistics } from "./batch-statistics.js";
import type { Module } from "./module.js";

/** What Tent asks of an optimiser. Those of `optim` have it. */
export interface TentOptimizer {
  /** Frees all gradients. */
  zeroGrad(): void;
  /** Moves the parameters against their gradients. */
  step(): void;
}

/**
 * The parameters that Tent adapts: scale and shift of the batch norms of `model`. Nothing else of the model needs a
 * gradient from then on.
 *
 * @throws TypeError if `model` is no layer, RangeError if it has no batch norm with scale or shift.
 */
export function tentParameters(model: Module): Tensor[] {
  const norms = batchNormsOf("tentParameters", model);
  const own = norms.flatMap(({ weight, bias }) => [weight, bias]).filter((x) => x !== null);
  if (own.length === 0)
    throw new RangeError("tentParameters: expected a batch norm with scale or shift in the model");
  for (const parameter of model.parameters()) parameter.requiresGrad = own.includes(parameter);
  return own;
}

/**
 * Test-time adaptation by minimal entropy (Tent, Wang et al. 2021, arXiv 2006.10726): the logits of `x` with batch
 * norms that use the statistics of this batch, and then one step of `optimizer` against the mean entropy of the
 * predictions. `optimizer` has the parameters of `tentParameters(model)`. Running statistics stay.
 *
 * @throws TypeError for what is no optimiser, and what the model throws.
 */
export function tent(model: Module, x: Tensor, optimizer: TentOptimizer): Tensor {
  if (typeof optimizer?.step !== "function")
    throw new TypeError(`tent: expected an optimiser, got ${describe(optimizer)}`);
  const step = () =>
    tidy(() => {
      optimizer.zeroGrad();
      const logits = model.forward(x);
      const negative = sum(mul(softmax(logits), logSoftmax(logits)));
      mul(negative, -1 / logits.shape[0]).backward();
      optimizer.step();
      return logits.detach();
    });
  try {
    return withBatchStatistics(model, step);
  } finally {
    optimizer.zeroGrad();
  }
}
