import type { Tensor } from "../tensor.js";
import { type CommonOptions, over, type Params } from "./groups.js";
import { checkNonNegative, Optimizer } from "./optimizer.js";
import type { ParamState } from "./state.js";
import { dropSubnormals } from "./subnormals.js";

export interface SGDGroupOptions extends CommonOptions {
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
}
export type SGDOptions = Partial<SGDGroupOptions> & { lr: number };

const defaults = { momentum: 0, dampening: 0, weightDecay: 0, nesterov: false };

/** torch.optim.SGD: gradient descent, with momentum heavy-ball or Nesterov's as PyTorch writes them. */
export class SGD extends Optimizer<SGDGroupOptions> {
  constructor(params: Params<SGDGroupOptions>, options: SGDOptions) {
    super("SGD", params, over({ ...defaults, lr: options.lr }, options));
  }

  protected override check(name: string, options: SGDGroupOptions): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = options;
    checkNonNegative(name, "lr", lr);
    checkNonNegative(name, "momentum", momentum);
    checkNonNegative(name, "weightDecay", weightDecay);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new RangeError(`${name}: nesterov needs a momentum and no dampening`);
    }
  }

  protected override buffers({ momentum }: SGDGroupOptions): readonly string[] {
    return momentum === 0 ? [] : ["momentum_buffer"];
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    { step, buffers }: ParamState,
    { lr, momentum, dampening, weightDecay, nesterov }: SGDGroupOptions,
  ): void {
    const pointers = [param.ptr, buffers.momentum_buffer?.ptr ?? 0, grad.ptr];
    const flags = [nesterov, step === 1].map(Number);
    const args = [...pointers, lr, momentum, dampening, weightDecay, ...flags];
    param.runtime.run("sgdStep", param.size, 4, args);
    dropSubnormals(step, buffers);
  }
}
