import { checkSameRuntime, checkShape, checkTensor } from "../ops/check.js";
import { keep, type Tensor, zeros } from "../tensor.js";

/** What every optimiser is: parameters that `step` moves against their gradients, and state that outlives every `tidy`. */
export abstract class Optimizer {
  readonly params: readonly Tensor[];
  /** Learning rate; change it between steps to follow a schedule. */
  lr: number;
  readonly #name: string;

  /** Throws as torch.optim does: RangeError for no parameters or a bad lr, TypeError for what is no float32 leaf. */
  constructor(name: string, params: Iterable<Tensor>, lr: number) {
    if (typeof params?.[Symbol.iterator] !== "function") {
      throw new TypeError(`${name}: expected params to be an iterable of tensors`);
    }
    this.params = [...params];
    if (this.params.length === 0) throw new RangeError(`${name}: got an empty parameter list`);
    this.params.forEach((param, i) => {
      checkTensor(name, `parameter ${i}`, param);
      if (param.node) throw new TypeError(`${name}: parameter ${i} is not a leaf tensor`);
    });
    if (new Set(this.params).size < this.params.length) {
      throw new RangeError(`${name}: a parameter appears twice`);
    }
    checkNonNegative(name, "lr", lr);
    this.lr = lr;
    this.#name = name;
  }

  /** Moves every parameter that has a gradient; the others, and their state, stay as they are. Refuses before moving any. */
  step(): void {
    this.params.forEach((param, i) => {
      checkTensor(this.#name, `parameter ${i}`, param);
      checkShape(this.#name, `gradient ${i}`, param.grad, param.shape);
      checkSameRuntime(this.#name, param, param.grad);
    });
    for (const param of this.params) if (param.grad) this.update(param, param.grad);
  }

  /** Frees all gradients. */
  zeroGrad(): void {
    for (const param of this.params) {
      param.grad?.dispose();
      param.grad = null;
    }
  }

  /** Frees the state; the parameters and their gradients stay. */
  abstract dispose(): void;

  protected abstract update(param: Tensor, grad: Tensor): void;
}

/** A state tensor: zeros like `param`, outside every `tidy`. */
export const stateLike = (param: Tensor): Tensor =>
  keep(zeros(param.shape, { runtime: param.runtime }));

export function checkNonNegative(op: string, name: string, value: number): void {
  if (typeof value !== "number") throw new TypeError(`${op}: expected ${name} to be a number`);
  if (!(value >= 0)) throw new RangeError(`${op}: expected ${name} ≥ 0, got ${value}`);
}
