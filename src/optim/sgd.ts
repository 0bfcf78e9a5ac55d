import type { Tensor } from "../tensor.js";
import { checkNonNegative, Optimizer, stateLike } from "./optimizer.js";

export interface SGDOptions {
  lr: number;
  momentum?: number;
  dampening?: number;
  weightDecay?: number;
  nesterov?: boolean;
}

/** torch.optim.SGD: gradient descent, with momentum heavy-ball or Nesterov's as PyTorch writes them. */
export class SGD extends Optimizer {
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  readonly #velocities = new Map<Tensor, Tensor>();

  constructor(
    params: Iterable<Tensor>,
    { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false }: SGDOptions,
  ) {
    super("SGD", params, lr);
    checkNonNegative("SGD", "momentum", momentum);
    checkNonNegative("SGD", "weightDecay", weightDecay);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new RangeError("SGD: nesterov needs a momentum and no dampening");
    }
    this.momentum = momentum;
    this.dampening = dampening;
    this.weightDecay = weightDecay;
    this.nesterov = nesterov;
  }

  override dispose(): void {
    for (const velocity of this.#velocities.values()) velocity.dispose();
    this.#velocities.clear();
  }

  protected override update(param: Tensor, grad: Tensor): void {
    const { momentum, dampening, weightDecay } = this;
    let velocity = this.#velocities.get(param);
    const first = !velocity;
    if (!velocity && momentum !== 0) {
      velocity = stateLike(param);
      this.#velocities.set(param, velocity);
    }
    const pointers = [param.ptr, velocity?.ptr ?? 0, grad.ptr];
    const rates = [this.lr, momentum, dampening, weightDecay];
    const flags = [this.nesterov, first].map(Number);
    param.runtime.run("sgdStep", param.size, 4, [...pointers, ...rates, ...flags]);
  }
}
