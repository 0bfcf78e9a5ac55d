// Ownership of memory: what stands behind a tensor, and when it is given back.
import type { Block } from "./runtime/allocator.js";
import type { Runtime } from "./runtime/runtime.js";

/** A packed form of a storage's memory, made for a kernel. It is used again until somebody writes to the storage. */
export interface Packed {
  drop(): void;
}

/** Memory that several owners hold together: a tensor, its reshapes, a graph that needs it. */
export class Storage {
  refs = 1;
  readonly runtime: Runtime;
  readonly block: Block;
  packed: Packed | null = null;
  /** Whether a view was handed out. Through a view the memory may be written at any time. */
  open = false;
  /** How many writes were seen. Writes through such a view cannot be seen. */
  version = 0;

  constructor(runtime: Runtime, bytes: number) {
    this.runtime = runtime;
    this.block = runtime.allocate(bytes);
  }

  /** Must be called after every write to memory that may have been read before. */
  written(): void {
    this.version++;
    this.unpack();
  }

  /** Drops the packed form. Must be called when the memory may be written. */
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

/** What autograd.ts attaches to a tensor that an operation made. */
export interface GradNode {
  /** Where gradients go: on to another node, or to a leaf. */
  readonly edges: readonly ({ node: GradNode } | { leaf: object } | null)[];
  release(): void;
}

/** What must be given back when a tensor is disposed or collected. A handle never refers to the tensor itself. */
export class Handle {
  storage: Storage | null;
  node: GradNode | null = null;
  /** The version of the storage when this tensor began to hold it. */
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

/**
 * Some hosts have no FinalizationRegistry (Workers with a compatibility date before May 2025). They free only what is
 * disposed.
 */
export const collected =
  typeof FinalizationRegistry === "undefined"
    ? null
    : new FinalizationRegistry<Handle>((handle) => handle.release());
