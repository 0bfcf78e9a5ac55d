// `.grad` of the parameters of all ranks: sums over the ranks, or what waits for them since `noSync`.
import type { ProcessGroup } from "../process-group.js";
import { full, type Tensor } from "../tensor.js";
import { Buckets } from "./buckets.js";

/** Who sums the gradients of a parameter: the last one that was made for it. */
const owners = new WeakMap<Tensor, { remove(): void }>();

export class GradientSums {
  readonly #group: ProcessGroup;
  readonly #parameters: readonly Tensor[];
  readonly #buckets: Buckets;
  /** Gradients that are sums already. The others wait. */
  readonly #summed = new WeakSet<Tensor>();
  /** The samples of the backward passes whose gradients wait. */
  #samples = 0;
  /** What becomes of a gradient that is complete; null outside of our own backward passes. */
  #take: ((parameter: Tensor) => void) | null = null;

  constructor(group: ProcessGroup, parameters: readonly Tensor[], capBytes: number) {
    this.#group = group;
    this.#parameters = parameters;
    this.#buckets = new Buckets(group, parameters, capBytes);
    for (const parameter of parameters) {
      owners.get(parameter)?.remove();
      const ready = (leaf: Tensor) => this.#ready(leaf);
      owners.set(parameter, parameter.registerPostAccumulateGradHook(ready));
    }
  }

  /** The samples whose gradients wait. `zeroGrad` forgets them. */
  get waiting(): number {
    return this.#parameters.some((parameter) => this.#waits(parameter)) ? this.#samples : 0;
  }

  get areSums(): boolean {
    return this.#parameters.some(({ grad }) => grad && this.#summed.has(grad));
  }

  /** A backward pass of the mean loss of `count` samples, whose gradients wait. */
  accumulate(loss: Tensor, count: number): void {
    const samples = this.waiting + count;
    this.#pass(loss, count, () => {});
    this.#samples = samples;
  }

  /**
   * A backward pass of the mean loss of `count` samples here, of `total` in all ranks, with what waits in all ranks.
   * `beside`: whether the sums go on beside the pass.
   */
  sum(loss: Tensor, count: number, total: number, beside: boolean): void {
    const before = new Map(this.#parameters.map((parameter) => [parameter, parameter.grad]));
    const waiting = new Map([...before].filter(([parameter]) => this.#waits(parameter)));
    for (const parameter of this.#parameters) parameter.grad = null;
    const { runtime } = loss;
    this.#buckets.begin(waiting as Map<Tensor, Tensor>, total, beside);
    try {
      runtime.afterRun = () => this.#group.poll();
      this.#pass(loss, count / total, (parameter) => this.#buckets.take(parameter));
      runtime.afterRun = null;
      this.#buckets.finish();
    } catch (error) {
      this.#buckets.abandon();
      for (const parameter of this.#parameters) {
        parameter.grad?.dispose();
        parameter.grad = before.get(parameter) ?? null;
      }
      throw error;
    } finally {
      runtime.afterRun = null;
    }
    for (const [parameter, grad] of before) this.#join(parameter, grad);
  }

  /** Puts the new sums into the gradient of before, if there was one. */
  #join(parameter: Tensor, before: Tensor | null): void {
    const sums = parameter.grad as Tensor;
    if (before) {
      const add = this.#summed.has(before);
      const { elements } = sums;
      before.elements.forEach((value, i, list) => {
        list[i] = add ? value + elements[i] : elements[i];
      });
      before.written();
      sums.dispose();
      parameter.grad = before;
    }
    this.#summed.add(before ?? sums);
  }

  #waits({ grad }: Tensor): boolean {
    return grad !== null && !this.#summed.has(grad);
  }

  #pass(loss: Tensor, weight: number, take: (parameter: Tensor) => void): void {
    const gradient = full(loss.shape, weight, { runtime: loss.runtime });
    this.#take = take;
    try {
      loss.backward(gradient);
    } finally {
      this.#take = null;
      gradient.dispose();
    }
  }

  /** Called when the gradient of a parameter is complete. */
  #ready(parameter: Tensor): void {
    if (!this.#take)
      throw new Error(
        "DistributedDataParallel: call ddp.backward(loss, count) in place of loss.backward(), which the " +
          "other ranks would not see",
      );
    this.#take(parameter);
  }
}
