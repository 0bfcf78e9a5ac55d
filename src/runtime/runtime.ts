import type { HostURL, WasmInstance, WasmMemory, WasmModule } from "../host-types.js";
import { checkOptions, type Rules } from "../options.js";
import type { PlanAddress } from "./address.js";
import { Allocator, type Block } from "./allocator.js";
import {
  ABI,
  type Binary,
  compile,
  compileBytes,
  forbidden,
  hasRelaxedBinary,
  precompiled,
  type Variant,
} from "./binary.js";
import { hardwareThreads, hasRelaxedSimd, hasSimd, hasThreads } from "./features.js";
import type { Kernels, Plans, Scratched } from "./kernels.js";
import { createMemory, ensure, HEAP, PLAN } from "./memory.js";
import { Pool } from "./pool.js";

export interface RuntimeOptions {
  /** Threads, the calling one included. "auto" (default): one per core where threads are possible, else 1. */
  threads?: number | "auto";
  /** Which build runs. "auto" (default): relaxed where the engine has it, unless `deterministic`. */
  variant?: Variant | "auto";
  /**
   * Whether to give the same bits on every engine and CPU. It forces the simd build, whose every operation IEEE 754
   * fixes.
   */
  deterministic?: boolean;
  /** A kernel binary of this package's version, for hosts that do not compile bytes. */
  module?: Binary;
  /** Address of the worker script for pages whose CSP forbids blob: workers. */
  workerUrl?: string | HostURL;
  /** Upper limit of the linear memory in bytes. */
  maximumMemory?: number;
  /**
   * For debugging. Every graph remembers checksums of what it saved, so that `backward()` refuses writes through a view
   * (`x.data[0] = 1`) as it refuses all others. What is saved is read two more times.
   */
  checkSaved?: boolean;
}

const rules: Rules<RuntimeOptions> = {
  threads: "number|string",
  variant: ["auto", "simd", "relaxed"],
  deterministic: "boolean",
  module: "Object",
  workerUrl: "Object|string",
  maximumMemory: "number",
  checkSaved: "boolean",
};

export interface RuntimeStats {
  /** How many tensors hold memory. */
  tensors: number;
  /** Bytes in use; each block is rounded up to a multiple of 64 bytes. */
  bytes: number;
  /** The most bytes in use since the start or the last `resetPeak()`. */
  peakBytes: number;
}

type Kernel = (...args: number[]) => void;

/** The argument `scratchBytes`: kernels with scratch need it, and others cannot have it. */
type Scratch<Name extends keyof Kernels> = [Name] extends [Exclude<keyof Kernels, Scratched>]
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
    if (this.#closed) throw new Error("runtime: this runtime was closed");
    if (count === 0) return;
    const items = 2 ** (32 - Math.clz32(Math.ceil(CHUNK_WORK / Math.max(work, 1)) - 1));
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
    if (this.#closed) throw new Error("runtime: this runtime was closed");
    const block = this.#find(bytes);
    this.#bytes += block.size;
    if (this.#bytes > this.#peakBytes) this.#peakBytes = this.#bytes;
    return block;
  }

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

  releaseKept(block: Block, owner: { drop(): void }): void {
    this.#kept.delete(owner);
    this.#allocator.release(block);
  }

  stats(): RuntimeStats {
    return { tensors: this.tensors, bytes: this.#bytes, peakBytes: this.#peakBytes };
  }

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

function abiOf(instance: WasmInstance): number {
  const abi = instance.exports.abi;
  return typeof abi === "function" ? abi() : -1;
}

/** Makes another runtime, with its own memory and workers. The default one stays as it is. */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  checkOptions("createRuntime", options, rules);
  const { threads = "auto", variant = "auto", deterministic = false, workerUrl } = options;
  const { checkSaved = false } = options;
  if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw new RangeError(
      `init: expected threads "auto" or an integer from 1 to 64, got ${threads}`,
    );
  }
  if (deterministic && variant === "relaxed") {
    throw new RangeError(
      "init: deterministic needs the simd variant: relaxed operations differ between CPUs",
    );
  }
  if (!hasSimd()) {
    throw new Error(
      "init: this engine has no WebAssembly SIMD; Chrome 91, Firefox 89, Safari 16.4, Node 16.4 and newer have it",
    );
  }
  if (variant === "relaxed" && !hasRelaxedSimd()) {
    throw new Error('init: this engine has no relaxed SIMD; use variant "simd" or "auto"');
  }
  const relaxed = !deterministic && hasRelaxedSimd() && hasRelaxedBinary;
  const chosen = variant === "auto" ? (relaxed ? "relaxed" : "simd") : variant;
  const alone = threads === 1 || precompiled || !hasThreads();
  const size = alone ? 1 : threads === "auto" ? Math.min(hardwareThreads(), 16) : threads;

  const { module, shared } = options.module
    ? await adopt(options.module, size > 1)
    : { module: await compile(chosen, size > 1), shared: size > 1 };
  const memory = createMemory(shared, options.maximumMemory);
  const instance = await WebAssembly.instantiate(module, { env: { memory } }).catch(forbidden);
  const abi = abiOf(instance);
  if (abi >> 1 !== ABI) {
    const which = options.module ? "the given module" : `${chosen}.wasm in this build`;
    throw new Error(
      `init: ${which} is not of this version of evenkeel (interface ${abi >> 1}, expected ${ABI})`,
    );
  }
  if (chosen === "simd" && abi & 1 && (deterministic || variant === "simd"))
    throw new RangeError("init: expected a module of the simd variant, got the relaxed one");
  let pool: Pool | null = null;
  if (threads !== "auto" && threads > 1 && !precompiled && !hasThreads()) {
    hint(
      "no shared memory here, pages need the headers COOP same-origin and COEP require-corp for it",
    );
  }
  if (shared && size > 1) {
    try {
      pool = await Pool.start(module, memory, size - 1, workerUrl);
    } catch (error) {
      hint(`no workers (${(error as Error).message})`);
    }
  }
  return new Runtime(instance, memory, pool, pool ? size : 1, checkSaved);
}

let hinted = false;

/** Says, once, why there is only one thread. */
function hint(why: string): void {
  if (!hinted) console.info(`evenkeel: ${why}; going on with one thread`);
  hinted = true;
}

/**
 * A user's module, and whether it wants shared memory. Only linking tells this: shared memory is tried first where it
 * helps.
 */
async function adopt(
  binary: Binary,
  wantShared: boolean,
): Promise<{ module: WasmModule; shared: boolean }> {
  const refuse = (why = ""): never => {
    throw new TypeError(`init: the given module is not an evenkeel kernel binary${why}`);
  };
  const module =
    "byteLength" in binary
      ? await compileBytes(binary).catch((error: Error) => refuse(` (${error.message})`))
      : binary;
  for (const shared of wantShared ? [true, false] : [false, true]) {
    try {
      await WebAssembly.instantiate(module, { env: { memory: createMemory(shared) } });
      return { module, shared };
    } catch (error) {
      if (!(error instanceof WebAssembly.LinkError)) throw error;
    }
  }
  return refuse();
}

let current: Runtime | null = null;
let pending: { options: string; runtime: Promise<Runtime> } | null = null;

/**
 * Makes the default runtime: the fastest build that this engine runs, with one thread per core where threads are
 * possible. A second call with the same options gives the same runtime. With other options it is an error until
 * `close()`.
 */
export async function init(options: RuntimeOptions = {}): Promise<Runtime> {
  checkOptions("init", options, rules);
  const key = JSON.stringify({
    ...options,
    module: options.module ? "given" : "",
    workerUrl: String(options.workerUrl),
  });
  for (;;) {
    if (current?.closed) current = pending = null;
    if (!pending) break;
    const asked = pending;
    const runtime = await asked.runtime.catch(() => null); // a refused runtime counts as never asked for
    // Whoever asked first goes on first, and may close it at once: React's StrictMode mounts, cleans up and mounts
    // again.
    await null;
    if (!runtime || runtime.closed) continue;
    if (asked.options === key) return runtime;
    throw new Error(
      "init: already initialised with other options; close() that runtime first, or use createRuntime()",
    );
  }
  const mine = { options: key, runtime: createRuntime(options) };
  pending = mine;
  try {
    current = await mine.runtime;
    return current;
  } catch (error) {
    if (pending === mine) pending = null;
    throw error;
  }
}

/** The runtime that `init()` made. Throws when there is none. */
export function defaultRuntime(): Runtime {
  if (!current) throw new Error("evenkeel: no runtime yet: call `await init()` first");
  if (current.closed)
    throw new Error("evenkeel: the default runtime was closed: call `await init()` again");
  return current;
}
