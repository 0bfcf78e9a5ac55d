// `.grad` of the parameters of all ranks: sums over the ranks, or what waits for them since `noSync`.
import type { ProcessGroup } from "../process-group.js";
import { full, type Tensor } from "../tensor.js";
import { Buckets } from "./buckets.js";

/** Who sums the gradients of a parameter: the last one that was made for it. */
const owners = new WeakMap<Tensor, { remove(): void }>();

export class GradientSums {
  readonly #group: ProcessGroup;
  readonly #capBytes: number;
  #parameters: readonly Tensor[] = [];
  #buckets: Buckets;
  /** Gradients that are sums already. The others wait. */
  readonly #summed = new WeakSet<Tensor>();
  /** The samples of the backward passes whose gradients wait. */
  #samples = 0;
  /** What becomes of the gradients of the backward pass that goes on; "none": it is not ours. */
  #pass: "wait" | "sum" | "none" = "none";

  constructor(group: ProcessGroup, parameters: readonly Tensor[], capBytes: number) {
    this.#group = group;
    this.#capBytes = capBytes;
    this.#buckets = new Buckets(group, [], capBytes);
    this.use(parameters);
  }

  /** Takes these parameters from now on. What waits for a sum goes on waiting. */
  use(parameters: readonly Tensor[]): void {
    if (sameTensors(parameters, this.#parameters)) return;
    for (const parameter of [...this.#parameters, ...parameters]) owners.get(parameter)?.remove();
    for (const parameter of parameters) {
      const ready = (leaf: Tensor) => this.#ready(leaf);
      owners.set(parameter, parameter.registerPostAccumulateGradHook(ready));
    }
    this.#parameters = parameters;
    this.#buckets = new Buckets(this.#group, parameters, this.#capBytes);
  }

  /** The samples whose gradients wait. `zeroGrad` forgets them. */
  get waiting(): number {
    return this.#parameters.some((parameter) => this.waits(parameter)) ? this.#samples : 0;
  }

  /** Whether there are gradients that are sums. */
  get areSums(): boolean {
    return this.#parameters.some(({ grad }) => grad && this.#summed.has(grad));
  }

  /** A backward pass of the mean loss of `count` samples, whose gradients wait. */
  accumulate(loss: Tensor, count: number): void {
    const samples = this.waiting + count;
    this.#back(loss, count, "wait");
    this.#samples = samples;
  }

  /**
   * A backward pass of the mean loss of `count` samples here, of `total` in all ranks, with what waits in all ranks.
   * `beside`: whether the sums go on beside the pass.
   */
  sum(loss: Tensor, count: number, total: number, beside: boolean): void {
    const before = new Map(this.#parameters.map((parameter) => [parameter, parameter.grad]));
    const waiting = new Map([...before].filter(([parameter]) => this.waits(parameter)));
    for (const parameter of this.#parameters) parameter.grad = null;
    const { runtime } = loss;
    this.#buckets.begin(waiting as Map<Tensor, Tensor>, total, beside);
    try {
      runtime.afterRun = () => this.#group.poll();
      this.#back(loss, count / total, "sum");
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

  /** Whether a parameter has a gradient that is no sum yet. */
  waits({ grad }: Tensor): boolean {
    return grad !== null && !this.#summed.has(grad);
  }

  #back(loss: Tensor, weight: number, pass: "wait" | "sum"): void {
    const gradient = full(loss.shape, weight, { runtime: loss.runtime });
    this.#pass = pass;
    try {
      loss.backward(gradient);
    } finally {
      this.#pass = "none";
      gradient.dispose();
    }
  }

  /** Called when the gradient of a parameter is complete. */
  #ready(parameter: Tensor): void {
    if (this.#pass === "none")
      throw new Error(
        "DistributedDataParallel: call ddp.backward(loss, count) in place of loss.backward(), which the " +
          "other ranks would not see",
      );
    if (this.#pass === "sum") this.#buckets.take(parameter);
  }
}

/** Whether two lists hold the same tensors in the same order. */
export const sameTensors = (a: readonly Tensor[], b: readonly Tensor[]): boolean =>
  a.length === b.length && a.every((tensor, i) => tensor === b[i]);
