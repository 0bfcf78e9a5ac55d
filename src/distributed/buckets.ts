// The gradients of a module as a few flat arrays, summed over the ranks while the backward pass still goes on. The last
// parameters come first: their gradients are complete first.
import type { ProcessGroup, Work } from "../process-group.js";
import { keep, type Tensor, zeros } from "../tensor.js";

interface Bucket {
  parameters: Tensor[];
  offsets: number[];
  flat: Float32Array;
  /** The parameters whose gradient is not in `flat` yet. */
  missing: Set<Tensor>;
  work: Work | null;
}

export class Buckets {
  readonly #group: ProcessGroup;
  readonly #buckets: Bucket[] = [];
  readonly #of = new Map<Tensor, Bucket>();
  /** The bucket that goes next: all ranks must send them in one order. */
  #next = 0;
  #waiting: ReadonlyMap<Tensor, Tensor> = new Map();
  #total = 1;
  #sends = true;

  /** `capBytes`: what a bucket holds at most, if it holds more than one parameter. */
  constructor(group: ProcessGroup, parameters: readonly Tensor[], capBytes: number) {
    this.#group = group;
    let list: Tensor[] = [];
    let bytes = 0;
    const close = () => {
      if (list.length > 0) this.#add(list);
      [list, bytes] = [[], 0];
    };
    for (const parameter of [...parameters].reverse()) {
      if (bytes + 4 * parameter.size > capBytes) close();
      list.push(parameter);
      bytes += 4 * parameter.size;
    }
    close();
  }

  #add(parameters: Tensor[]): void {
    let size = 0;
    const offsets = parameters.map((parameter) => {
      size += parameter.size;
      return size - parameter.size;
    });
    const flat = new Float32Array(size);
    const bucket = { parameters, offsets, flat, missing: new Set<Tensor>(), work: null };
    this.#buckets.push(bucket);
    for (const parameter of parameters) this.#of.set(parameter, bucket);
  }

  /**
   * Begins a pass, whose gradients `waiting` joins, divided by `total`. Unless all ranks go through the same graph,
   * `beside` is false and all sums come after the pass: each rank would send them at another place among the other
   * collectives of the pass.
   */
  begin(waiting: ReadonlyMap<Tensor, Tensor>, total: number, beside: boolean): void {
    this.#waiting = waiting;
    this.#total = total;
    this.#sends = beside;
    this.#next = 0;
    for (const bucket of this.#buckets) {
      bucket.missing = new Set(bucket.parameters);
      bucket.work = null;
    }
  }

  /** Takes the gradient of a parameter, zeros if there is none. */
  take(parameter: Tensor): void {
    const bucket = this.#of.get(parameter);
    if (!bucket?.missing.delete(parameter)) return;
    const start = bucket.offsets[bucket.parameters.indexOf(parameter)];
    const part = bucket.flat.subarray(start, start + parameter.size);
    if (parameter.grad) part.set(parameter.grad.elements);
    else part.fill(0);
    const before = this.#waiting.get(parameter)?.elements ?? [];
    for (let i = 0; i < before.length; i++) part[i] += before[i] / this.#total;
    if (this.#sends) this.#send();
  }

  /** Sends what is complete. */
  #send(): void {
    for (; this.#buckets[this.#next]?.missing.size === 0; this.#next++) {
      const next = this.#buckets[this.#next];
      next.work = this.#group.allReduce(next.flat, { async: true });
    }
  }

  /** Sends the rest, waits for all, and puts the sums into `.grad`. */
  finish(): void {
    for (const { missing } of this.#buckets) for (const left of [...missing]) this.take(left);
    this.#send();
    for (const { parameters, offsets, flat, work } of this.#buckets) {
      work?.wait();
      parameters.forEach((parameter, i) => {
        const { shape, runtime, size } = parameter;
        parameter.grad ??= keep(zeros(shape, { runtime }));
        parameter.grad.elements.set(flat.subarray(offsets[i], offsets[i] + size));
        parameter.grad.written();
      });
    }
  }

  /** Waits for what was sent, which still works on its memory, where a pass has failed. */
  abandon(): void {
    for (const { work } of this.#buckets) {
      try {
        work?.wait();
      } catch {} // the error of the pass says more
    }
  }
}
