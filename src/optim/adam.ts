import type { Rules } from "../options.js";
import { power } from "../portable-math.js";
import { NOWHERE } from "../runtime/address.js";
import type { Tensor } from "../tensor.js";
import type { CommonOptions, Params } from "./groups.js";
import { checkNonNegative, Optimizer } from "./optimizer.js";
import type { ParamState } from "./state.js";
import { dropSubnormals, EPS_HIDES } from "./subnormals.js";

/** Options of `Adam` and `AdamW` for a group of parameters. */
export interface AdamGroupOptions extends CommonOptions {
  /** Weights of the old values in the running means of the gradient and of its square; 0.9 and 0.999 by default. */
  betas: readonly [number, number];
  /** Added to the root of the mean square; 1e-8 by default. */
  eps: number;
  /** Whether the step divides by the largest mean square so far: Reddi et al. 2018. False by default. */
  amsgrad: boolean;
}
/** Options of `Adam` and `AdamW`. The learning rate is 1e-3 by default, weightDecay 0, or 0.01 in AdamW. */
export type AdamOptions = Partial<AdamGroupOptions>;

const defaults = { lr: 1e-3, betas: [0.9, 0.999] as const, eps: 1e-8, amsgrad: false };
const rules: Rules<AdamGroupOptions> = {
  lr: "number",
  betas: "Array",
  eps: "number",
  weightDecay: "number",
  amsgrad: "boolean",
};

/** Steps by running means of the gradient and its square. The subclass says what decay means. */
abstract class Moments extends Optimizer<AdamGroupOptions> {
  protected override check(name: string, options: AdamGroupOptions): void {
    const { lr, betas, eps, weightDecay, amsgrad } = options;
    checkNonNegative(name, "lr", lr);
    if (!Array.isArray(betas) || betas.length !== 2)
      throw new TypeError(`${name}: expected betas to be two numbers`);
    for (const i of [0, 1]) {
      if (typeof betas[i] !== "number")
        throw new TypeError(`${name}: expected betas to be two numbers, got ${betas[i]}`);
      if (!(betas[i] >= 0 && betas[i] < 1)) {
        throw new RangeError(`${name}: expected betas from 0 to below 1, got ${betas[i]}`);
      }
    }
    checkNonNegative(name, "eps", eps);
    checkNonNegative(name, "weightDecay", weightDecay);
    if (typeof amsgrad !== "boolean")
      throw new TypeError(`${name}: expected amsgrad to be true or false, got ${amsgrad}`);
  }

  protected override buffers({ amsgrad }: AdamGroupOptions): readonly string[] {
    return ["exp_avg", "exp_avg_sq", ...(amsgrad ? ["max_exp_avg_sq"] : [])];
  }

  /** amsgrad may be switched on or off between steps. */
  protected override optionalBuffers(): readonly string[] {
    return ["max_exp_avg_sq"];
  }

  /** The factor on the parameter, and what is added to the gradient for each unit of the parameter. */
  protected abstract decay(options: AdamGroupOptions): [factor: number, addition: number];

  protected override update(
    param: Tensor,
    grad: Tensor,
    { step, buffers }: ParamState,
    options: AdamGroupOptions,
  ): void {
    const { lr, betas, eps, amsgrad } = options;
    const stepSize = lr / (1 - power(betas[0], step));
    const correction = Math.sqrt(1 - power(betas[1], step));
    const largest = amsgrad ? buffers.max_exp_avg_sq.ptr : NOWHERE;
    const moments = [buffers.exp_avg.ptr, buffers.exp_avg_sq.ptr, largest] as const;
    const pointers = [param.ptr, ...moments, grad.ptr] as const;
    const rates = [...this.decay(options), ...betas, stepSize, correction, eps] as const;
    const hidden = eps >= EPS_HIDES;
    param.runtime.run("adamStep", param.size, 8, [...pointers, ...rates, Number(hidden)]);
    if (hidden) dropSubnormals(step, buffers);
  }
}

/**
 * Steps by running means of the gradient and its square. weightDecay is added to the gradient.
 * @throws RangeError and TypeError as every `Optimizer`
 * @source Kingma, Ba 2014, arXiv 1412.6980; torch.optim.Adam
 */
export class Adam extends Moments {
  constructor(params: Params<AdamGroupOptions>, options: AdamOptions = {}) {
    super("Adam", params, { ...defaults, weightDecay: 0 }, options, rules);
  }

  protected override decay({ weightDecay }: AdamGroupOptions): [number, number] {
    return [1, weightDecay];
  }
}

/**
 * Adam with decoupled decay: weightDecay shrinks the parameter itself and does not touch the gradient.
 * @throws RangeError and TypeError as every `Optimizer`
 * @source Loshchilov, Hutter 2017, arXiv 1711.05101; torch.optim.AdamW
 */
export class AdamW extends Moments {
  constructor(params: Params<AdamGroupOptions>, options: AdamOptions = {}) {
    super("AdamW", params, { ...defaults, weightDecay: 0.01 }, options, rules);
  }

  protected override decay({ lr, weightDecay }: AdamGroupOptions): [number, number] {
    return [1 - lr * weightDecay, 0];
  }
}
