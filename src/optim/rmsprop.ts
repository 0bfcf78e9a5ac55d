import type { Rules } from "../options.js";
import { NOWHERE } from "../runtime/address.js";
import type { Tensor } from "../tensor.js";
import type { CommonOptions, Params } from "./groups.js";
import { checkNonNegative, Optimizer } from "./optimizer.js";
import type { ParamState } from "./state.js";
import { dropSubnormals, EPS_HIDES } from "./subnormals.js";

/** Options of `RMSprop` for a group of parameters. */
export interface RMSpropGroupOptions extends CommonOptions {
  /** Weight of the old value in the running mean of the squared gradient, from 0 to 1; 0.99 by default. */
  alpha: number;
  /** Added to the root of the mean square; 1e-8 by default. */
  eps: number;
  /** Weight of the old velocity; 0 by default: no velocity is kept. */
  momentum: number;
  /** Whether the step divides by the deviation of the gradient, and not by its root mean square; false by default. */
  centered: boolean;
}
/** Options of `RMSprop`. The learning rate is 0.01 by default; weightDecay is 0 and added to the gradient. */
export type RMSpropOptions = Partial<RMSpropGroupOptions>;

const defaults = {
  lr: 0.01,
  alpha: 0.99,
  eps: 1e-8,
  momentum: 0,
  centered: false,
  weightDecay: 0,
};
const rules: Rules<RMSpropGroupOptions> = {
  lr: "number",
  alpha: "number",
  eps: "number",
  momentum: "number",
  centered: "boolean",
  weightDecay: "number",
};

/**
 * Divides the gradient by the root of the running mean of its square.
 * @throws RangeError and TypeError as every `Optimizer`
 * @source Tieleman, Hinton 2012, Neural Networks for Machine Learning, lecture 6.5; torch.optim.RMSprop
 */
export class RMSprop extends Optimizer<RMSpropGroupOptions> {
  constructor(params: Params<RMSpropGroupOptions>, options: RMSpropOptions = {}) {
    super("RMSprop", params, defaults, options, rules);
  }

  protected override check(name: string, options: RMSpropGroupOptions): void {
    for (const key of ["lr", "alpha", "eps", "momentum", "weightDecay"] as const)
      checkNonNegative(name, key, options[key]);
    if (options.alpha > 1)
      throw new RangeError(`${name}: expected alpha from 0 to 1, got ${options.alpha}`);
    if (typeof options.centered !== "boolean")
      throw new TypeError(
        `${name}: expected centered to be true or false, got ${options.centered}`,
      );
  }

  protected override buffers({ momentum, centered }: RMSpropGroupOptions): readonly string[] {
    return [
      "square_avg",
      ...(momentum > 0 ? ["momentum_buffer"] : []),
      ...(centered ? ["grad_avg"] : []),
    ];
  }

  /** Momentum and centring may be switched on or off between steps. */
  protected override optionalBuffers(): readonly string[] {
    return ["momentum_buffer", "grad_avg"];
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    { step, buffers }: ParamState,
    { lr, alpha, eps, momentum, centered, weightDecay }: RMSpropGroupOptions,
  ): void {
    const mean = centered ? buffers.grad_avg.ptr : NOWHERE;
    const velocity = momentum > 0 ? buffers.momentum_buffer.ptr : NOWHERE;
    const pointers = [param.ptr, buffers.square_avg.ptr, mean, velocity, grad.ptr] as const;
    const args = [...pointers, lr, alpha, eps, weightDecay, momentum] as const;
    param.runtime.run("rmspropStep", param.size, 8, args);
    if (eps >= EPS_HIDES) dropSubnormals(step, buffers);
  }
}
