import type { WasmInstance, WasmMemory } from "../host-types.js";
import type { PlanAddress } from "./address.js";
import { Allocator, type Block } from "./allocator.js";
import { abiOf, type Variant } from "./binary.js";
import type { Kernels, Plans, Scratched } from "./kernels.js";
import { ensure, HEAP, PLAN, RuntimeClosed } from "./memory.js";
import type { Pool } from "./pool.js";

/** The memory of a runtime. */
export interface RuntimeStats {
  /** How many tensors hold memory. */
  tensors: number;
  /** Bytes in use; each block is rounded up to a multiple of 64 bytes. */
  bytes: number;
  /** The most bytes in use since the start or the last `resetPeak()`. */
  peakBytes: number;
}

type Kernel = (...args: number[]) => void;

/**
 * The argument `scratchBytes`: kernels with scratch need it, and others cannot have it. The first line is for names
 * that are no kernel's: the compiler then complains of the name.
 */
type Scratch<Name extends keyof Kernels> = keyof Kernels extends Name
  ? [scratchBytes?: number]
  : [Name] extends [Exclude<keyof Kernels, Scratched>]
    ? []
    : [scratchBytes: number];

/**
 * The work of a chunk, in floats touched: 10 to 20 µs, ten times what it costs to hand it to another thread (about 1
 * µs).
 */
const CHUNK_WORK = 32768;
/** Room for the words of a plan; the longest plan has 14. */
const PLAN_WORDS = 64;

/** A binary on a memory: it allocates, and runs kernels on all threads. It knows addresses, never tensors. */
export class Runtime {
  readonly variant: Variant;
  readonly shared: boolean;
  readonly memory: WasmMemory;
  readonly checkSaved: boolean;
  readonly #kernels: Record<string, Kernel | undefined>;
  readonly #allocator: Allocator;
  #words: Int32Array;
  #pool: Pool | null = null;
  readonly #size: number;
  #closed = false;
  readonly #kept = new Set<{ drop(): void }>();
  #bytes = 0;
  #peakBytes = 0;
  /** How many tensors hold memory of this runtime. The tensors themselves count it. */
  tensors = 0;
  /** @internal Called behind each launch: what goes on beside the computation gets its turn there. */
  afterRun: (() => void) | null = null;

  /** Not for users: call `createRuntime`. */
  constructor(
    instance: WasmInstance,
    memory: WasmMemory,
    pool: Pool | null,
    size: number,
    checkSaved: boolean,
  ) {
    this.checkSaved = checkSaved;
    this.#kernels = instance.exports as Record<string, Kernel>;
    this.variant = abiOf(instance) & 1 ? "relaxed" : "simd";
    this.memory = memory;
    this.shared =
      typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
    this.#allocator = new Allocator(HEAP, (end) => ensure(memory, end));
    this.#words = new Int32Array(memory.buffer, PLAN, PLAN_WORDS);
    this.#pool = pool;
    this.#size = size;
  }

  /** How many threads work, this one included: 1 after a worker was lost. */
  get threads(): number {
    return this.#pool?.alive ? this.#size : 1;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Runs a kernel over [0, count) on all threads, in chunks whose size follows from `work` (floats touched per item)
   * alone. With `scratchBytes`, each thread gets the address of that many private bytes as the argument before the
   * range.
   */
  run<Name extends keyof Kernels>(
    name: Name,
    count: number,
    work: number,
    args: Readonly<Kernels[Name]>,
    ...scratchBytes: Scratch<Name>
  ): void;
  run(name: string, count: number, work: number, args: readonly number[], scratchBytes = 0): void {
    const kernel = this.#kernels[name];
    if (!kernel)
      throw new Error(`internal: ${this.variant}.wasm has no kernel ${name}: another build?`);
    if (this.#closed) throw new RuntimeClosed();
    if (count === 0) return;
    const items = 1 << (32 - Math.clz32(Math.ceil(CHUNK_WORK / Math.max(work, 1)) - 1));
    const pool = this.#pool?.alive && items < count ? this.#pool : null;
    const bytes = Math.ceil(scratchBytes / 64) * 64;
    const scratch = bytes > 0 ? this.allocate(bytes * (pool ? this.#size : 1)) : null;
    try {
      if (pool) pool.run(name, kernel, args, count, items, scratch?.start ?? 0, bytes);
      else if (scratch) kernel(...args, scratch.start, 0, count);
      else kernel(...args, 0, count);
    } finally {
      if (scratch) this.release(scratch);
    }
    this.afterRun?.();
  }

  /** Writes the words of a plan and gives their address, for the next launch alone. */
  plan<Name extends keyof Plans>(name: Name, words: Readonly<Plans[Name]>): PlanAddress<Name>;
  plan(_name: string, words: readonly number[]): number {
    // When memory grew, the view lost its elements.
    if (this.#words.length === 0)
      this.#words = new Int32Array(this.memory.buffer, PLAN, PLAN_WORDS);
    this.#words.set(words);
    return PLAN;
  }

  /** A block of linear memory, 64-byte aligned, not zeroed. Kept blocks are given up for it if need be. */
  allocate(bytes: number): Block {
    if (this.#closed) throw new RuntimeClosed();
    const block = this.#find(bytes);
    this.#bytes += block.size;
    if (this.#bytes > this.#peakBytes) this.#peakBytes = this.#bytes;
    return block;
  }

  /** Gives a block back. */
  release(block: Block): void {
    this.#bytes -= block.size;
    this.#allocator.release(block);
  }

  /** Finds a block. Where none fits, kept blocks are given up and it tries again. */
  #find(bytes: number): Block {
    try {
      return this.#allocator.allocate(bytes);
    } catch (error) {
      if (this.#kept.size === 0) throw error;
      for (const kept of [...this.#kept]) kept.drop();
      return this.#allocator.allocate(bytes);
    }
  }

  /**
   * A block for what can be made again. It does not count as in use, and is given up, by `drop`, where memory is
   * needed. Whoever drops it calls `releaseKept`. Null where there is no memory left.
   */
  allocateKept(bytes: number, owner: { drop(): void }): Block | null {
    try {
      const block = this.#allocator.allocate(bytes);
      this.#kept.add(owner);
      return block;
    } catch {
      return null;
    }
  }

  /** Gives a kept block back. */
  releaseKept(block: Block, owner: { drop(): void }): void {
    this.#kept.delete(owner);
    this.#allocator.release(block);
  }

  /** How much memory is in use, and was. */
  stats(): RuntimeStats {
    return { tensors: this.tensors, bytes: this.#bytes, peakBytes: this.#peakBytes };
  }

  /** Lets `peakBytes` count from now on. */
  resetPeak(): void {
    this.#peakBytes = this.#bytes;
  }

  /** Stops the workers. Tensors of this runtime can still be read, but nothing can be computed any more. */
  close(): void {
    this.#closed = true;
    this.#pool?.stop();
    this.#pool = null;
  }
}
