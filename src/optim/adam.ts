import type { Tensor } from "../tensor.js";
import { checkNonNegative, Optimizer, stateLike } from "./optimizer.js";

export interface AdamOptions {
  lr?: number;
  betas?: readonly [number, number];
  eps?: number;
  weightDecay?: number;
}

interface State {
  mean: Tensor;
  square: Tensor;
  /** β1^t and β2^t, as running products: Math.pow differs between engines. */
  powers: [number, number];
}

/** torch.optim.Adam (arXiv 1412.6980); weightDecay is added to the gradient. */
export class Adam extends Optimizer {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly #states = new Map<Tensor, State>();

  constructor(params: Iterable<Tensor>, options: AdamOptions = {}, name = "Adam") {
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = options;
    super(name, params, lr);
    for (const i of [0, 1]) {
      if (!(betas[i] >= 0 && betas[i] < 1)) {
        throw new RangeError(`${name}: expected betas from 0 to below 1, got ${betas[i]}`);
      }
    }
    checkNonNegative(name, "eps", eps);
    checkNonNegative(name, "weightDecay", weightDecay);
    this.betas = betas;
    this.eps = eps;
    this.weightDecay = weightDecay;
  }

  override dispose(): void {
    for (const { mean, square } of this.#states.values()) {
      mean.dispose();
      square.dispose();
    }
    this.#states.clear();
  }

  /** @internal The moments of a parameter that has been moved. */
  stateOf(param: Tensor): { mean: Tensor; square: Tensor } | undefined {
    return this.#states.get(param);
  }

  /** Factor on the parameter and addition to the gradient, per unit of the parameter. */
  protected decay(): [factor: number, addition: number] {
    return [1, this.weightDecay];
  }

  protected override update(param: Tensor, grad: Tensor): void {
    let state = this.#states.get(param);
    if (!state) {
      state = { mean: stateLike(param), square: stateLike(param), powers: [1, 1] };
      this.#states.set(param, state);
    }
    const [beta1, beta2] = this.betas;
    state.powers[0] *= beta1;
    state.powers[1] *= beta2;
    const stepSize = this.lr / (1 - state.powers[0]);
    const correction = Math.sqrt(1 - state.powers[1]);
    const pointers = [param.ptr, state.mean.ptr, state.square.ptr, grad.ptr];
    const rates = [...this.decay(), beta1, beta2, stepSize, correction, this.eps];
    param.runtime.run("adamStep", param.size, 8, [...pointers, ...rates]);
  }
}

/** torch.optim.AdamW (arXiv 1711.05101): weightDecay shrinks the parameter itself, apart from the gradient. */
export class AdamW extends Adam {
  constructor(params: Iterable<Tensor>, options: AdamOptions = {}) {
    super(params, { weightDecay: 0.01, ...options }, "AdamW");
  }

  protected override decay(): [factor: number, addition: number] {
    return [1 - this.lr * this.weightDecay, 0];
  }
}
