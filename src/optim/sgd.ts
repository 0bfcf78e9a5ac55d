import type { Rules } from "../options.js";
import { NOWHERE } from "../runtime/address.js";
import type { Tensor } from "../tensor.js";
import type { CommonOptions, Params } from "./groups.js";
import { checkNonNegative, Optimizer } from "./optimizer.js";
import type { ParamState } from "./state.js";
import { dropSubnormals } from "./subnormals.js";

/** Options of `SGD` for a group of parameters. */
export interface SGDGroupOptions extends CommonOptions {
  /** Weight of the old velocity; 0 by default: no velocity is kept. */
  momentum: number;
  /** The gradient counts 1 − dampening in the velocity; 0 by default. */
  dampening: number;
  /** Whether the momentum is Nesterov's; false by default. */
  nesterov: boolean;
}
/** Options of `SGD`. The learning rate is required; weightDecay is 0 by default and added to the gradient. */
export type SGDOptions = Partial<SGDGroupOptions> & { lr: number };

const defaults = { momentum: 0, dampening: 0, weightDecay: 0, nesterov: false };
const rules: Rules<SGDGroupOptions> = {
  lr: "number",
  momentum: "number",
  dampening: "number",
  weightDecay: "number",
  nesterov: "boolean",
};

/**
 * Gradient descent, with heavy-ball or Nesterov momentum in PyTorch's form.
 * @throws RangeError and TypeError as every `Optimizer`, RangeError for nesterov without momentum or with dampening,
 *   TypeError without a learning rate
 * @source torch.optim.SGD
 */
export class SGD extends Optimizer<SGDGroupOptions> {
  constructor(params: Params<SGDGroupOptions>, options: SGDOptions) {
    // Without options the message is that of a missing lr, and groups may have their own.
    super(
      "SGD",
      params,
      { ...defaults, lr: options?.lr },
      options === undefined ? {} : options,
      rules,
    );
    for (const { nesterov, momentum, dampening } of this.groups)
      if (nesterov && (momentum === 0 || dampening !== 0))
        throw new RangeError("SGD: nesterov needs a momentum and no dampening");
  }

  protected override check(name: string, options: SGDGroupOptions): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = options;
    if (lr === undefined)
      throw new TypeError(`${name}: lr is required: new ${name}(params, { lr: 0.1 })`);
    checkNonNegative(name, "lr", lr);
    checkNonNegative(name, "momentum", momentum);
    checkNonNegative(name, "weightDecay", weightDecay);
    if (typeof dampening !== "number" || typeof nesterov !== "boolean")
      throw new TypeError(`${name}: expected dampening to be a number, nesterov true or false`);
    if (!Number.isFinite(dampening))
      throw new RangeError(`${name}: expected dampening to be finite, got ${dampening}`);
  }

  protected override buffers({ momentum }: SGDGroupOptions): readonly string[] {
    return momentum === 0 ? [] : ["momentum_buffer"];
  }

  /** Momentum may be switched on or off between steps. */
  protected override optionalBuffers(): readonly string[] {
    return ["momentum_buffer"];
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    { step, fresh, buffers }: ParamState,
    { lr, momentum, dampening, weightDecay, nesterov }: SGDGroupOptions,
  ): void {
    const velocity = momentum === 0 ? NOWHERE : buffers.momentum_buffer.ptr;
    const pointers = [param.ptr, velocity, grad.ptr] as const;
    const flags = [Number(nesterov), Number(fresh)] as const;
    const args = [...pointers, lr, momentum, dampening, weightDecay, ...flags] as const;
    param.runtime.run("sgdStep", param.size, 4, args);
    dropSubnormals(step, buffers);
  }
}
