// The memory that a collective works on until it is done, whatever happens to its tensors meanwhile.
import type { TypedArray } from "../dtype.js";
import type { Values } from "../process-group.js";
import { keep, Tensor } from "../tensor.js";

export class Memory {
  readonly #async: boolean;
  readonly #steps: { finish(): void; release(): void }[] = [];

  constructor(async: boolean) {
    this.#async = async;
  }

  /** The elements of `values`, which stay where they are until the end. */
  hold(values: Values, writes: boolean): TypedArray {
    if (!(values instanceof Tensor)) return values;
    const own = keep(values.detach());
    const release = () => own.dispose();
    this.#steps.push({
      finish() {
        if (copy && writes) own.elements.set(copy as never);
        if (writes) own.written();
        release();
      },
      release,
    });
    // unshared linear memory may move when it grows
    const copy = this.#async && !values.runtime.shared ? values.toArray() : null;
    return copy ?? own.elements;
  }

  /** After the collective: tells the tensors that they were written. */
  finish(): void {
    for (const { finish } of this.#steps.splice(0)) finish();
  }

  /** After a collective that failed. */
  release(): void {
    for (const { release } of this.#steps.splice(0)) release();
  }
}
