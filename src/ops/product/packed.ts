// Weights in the form that kernels read, kept from one call to the next.
import { isGradEnabled } from "../../autograd.js";
import type { Address } from "../../runtime/address.js";
import type { Block } from "../../runtime/allocator.js";
import type { Packed, Storage } from "../../storage.js";
import { disposeSymbol, type Tensor, temporary } from "../../tensor.js";

/** An address that holds until it is disposed of. */
export interface Panels extends Disposable {
  readonly ptr: Address;
}

/** What a weight was last packed for, and its panels, once it was packed for the same again. */
class KeptPanels implements Packed {
  block: Block | null = null;
  /** How many calls read the block right now. */
  users = 0;
  readonly key: string;
  readonly scale: Float32Array | undefined;
  readonly #storage: Storage;

  constructor(storage: Storage, key: string, scale: Float32Array | undefined) {
    this.#storage = storage;
    this.key = key;
    this.scale = scale;
  }

  fits(key: string, scale: Float32Array | undefined): boolean {
    return (
      key === this.key &&
      scale?.length === this.scale?.length &&
      (scale?.every((v, i) => v === this.scale?.[i]) ?? true)
    );
  }

  /** Makes the panels, where there is memory for them. */
  fill(bytes: number, pack: (to: Address) => void): Block | null {
    this.block = this.#storage.runtime.allocateKept(bytes, this);
    try {
      if (this.block) pack(this.block.start);
    } catch (error) {
      this.drop();
      throw error;
    }
    return this.block;
  }

  drop(): void {
    if (!this.block || this.users > 0) return;
    this.#storage.runtime.releaseKept(this.block, this);
    this.block = null;
  }
}

/**
 * The `floats` floats that `pack` makes of a weight (and of a scale of its rows). Without gradients they are kept from
 * the second call with the same weight, key and scale on, until the weight is written. They are not kept where a view
 * of the weight was handed out, for that may be written at any time.
 */
export function panelsOf(
  weight: Tensor,
  key: string | undefined,
  floats: number,
  pack: (to: Address) => void,
  scale?: Tensor | null,
): Panels {
  const { storage, runtime } = weight;
  const fresh = (): Panels => {
    const made = temporary(runtime, [floats]);
    try {
      pack(made.ptr);
    } catch (error) {
      made.dispose();
      throw error;
    }
    return made;
  };
  if (key === undefined || isGradEnabled() || storage.open) return fresh();
  const values = scale?.elements;
  const last = storage.packed as KeptPanels | null;
  if (!last?.fits(key, values)) {
    storage.unpack();
    storage.packed = new KeptPanels(storage, key, values?.slice());
    return fresh();
  }
  const block = last.block ?? last.fill(4 * floats, pack);
  if (!block) return fresh();
  last.users++;
  return { ptr: block.start, [disposeSymbol]: () => void last.users-- };
}
