import type { Batch } from "../data/loader.js";
import type { Module } from "../nn/module.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { AnyTensor } from "../tensor.js";

/** How much linear memory a training has at most in a step, apart from what others have in the same runtime. */
export class OwnPeak {
  readonly #net: Module;
  readonly #optimizer: Optimizer;
  /** What it holds between steps, but for the batch. */
  #held = 0;
  #steps = 0;

  constructor(net: Module, optimizer: Optimizer) {
    this.#net = net;
    this.#optimizer = optimizer;
  }

  /** Runs a step on a batch; with its result comes the peak. */
  of<T>({ images, labels }: Batch, step: () => T): { result: T; peakBytes: number } {
    const { runtime } = images;
    // from the second step on gradients and the optimiser's state are there, and stay as large as they are
    if (this.#steps++ < 2) this.#held = bytesOf(this.#tensors());
    const others = runtime.stats().bytes - this.#held - bytesOf([images, labels]);
    runtime.resetPeak();
    const result = step();
    return { result, peakBytes: runtime.stats().peakBytes - others };
  }

  *#tensors(): Generator<AnyTensor> {
    yield* this.#net.stateDict().values();
    for (const { grad } of this.#net.parameters()) if (grad) yield grad;
    yield* this.#optimizer.stateDict().tensors?.values() ?? [];
  }
}

function bytesOf(tensors: Iterable<AnyTensor>): number {
  const storages = new Set(Array.from(tensors, ({ storage }) => storage));
  return [...storages].reduce((sum, { block }) => sum + block.size, 0);
}
