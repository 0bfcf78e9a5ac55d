// Who holds which memory: what is behind a tensor, and when it is given back.
import type { Block } from "./runtime/allocator.js";
import type { Runtime } from "./runtime/runtime.js";

/** What a storage's memory was turned into for a kernel, to be used again until somebody writes there. */
export interface Packed {
  drop(): void;
}

/** Memory that several tensors (a tensor, its reshapes, a graph that needs it) hold together. */
export class Storage {
  refs = 1;
  readonly runtime: Runtime;
  readonly block: Block;
  packed: Packed | null = null;
  /** Whether a view was handed out, through which it may be written at any time. */
  open = false;
  /** How often it was written, as far as that can be seen: not through such a view. */
  version = 0;

  constructor(runtime: Runtime, bytes: number) {
    this.runtime = runtime;
    this.block = runtime.allocate(bytes);
  }

  /** To be called behind every write to what may have been read before. */
  written(): void {
    this.version++;
    this.unpack();
  }

  /** Drops what was made of it: to be called where it may be written. */
  unpack(): void {
    this.packed?.drop();
    this.packed = null;
  }

  release(): void {
    if (--this.refs > 0) return;
    this.unpack();
    this.runtime.release(this.block);
  }
}

/** What autograd.ts hangs on a tensor that came out of an operation. */
export interface GradNode {
  release(): void;
}

/** What must be given back when a tensor is disposed or collected. It never refers to the tensor itself. */
export class Handle {
  storage: Storage | null;
  node: GradNode | null = null;
  /** The storage's version when this tensor came to hold it. */
  readonly version: number;

  constructor(storage: Storage) {
    this.storage = storage;
    this.version = storage.version;
    storage.runtime.tensors++;
  }

  release(): void {
    const { storage, node } = this;
    if (!storage) return;
    this.storage = this.node = null;
    storage.runtime.tensors--;
    storage.release();
    node?.release();
  }
}

/** Hosts without it (Workers with a compatibility date before May 2025) free only what is disposed. */
export const collected =
  typeof FinalizationRegistry === "undefined"
    ? null
    : new FinalizationRegistry<Handle>((handle) => handle.release());
