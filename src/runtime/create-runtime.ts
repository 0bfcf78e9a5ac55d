// Finds the binary that fits this engine and the options, and starts it with its memory and its threads.
import type { HostURL, WasmModule } from "../host-types.js";
import { checkOptions, describe, type Rules } from "../options.js";
import {
  ABI,
  abiOf,
  type Binary,
  compile,
  compileBytes,
  forbidden,
  hasRelaxedBinary,
  precompiled,
  type Variant,
} from "./binary.js";
import { hardwareThreads, hasRelaxedSimd, hasSimd, hasThreads } from "./features.js";
import { createMemory } from "./memory.js";
import { Pool } from "./pool.js";
import { Runtime } from "./runtime.js";

/** Options of `init` and `createRuntime`. */
export interface RuntimeOptions {
  /** Threads, the calling one included. "auto" (default): one per core where threads are possible, else 1. */
  threads?: number | "auto";
  /** Which build runs. "auto" (default): relaxed where the engine has it, unless `deterministic`. */
  variant?: Variant | "auto";
  /**
   * Whether to give the same bits on every engine and CPU; false by default. It forces the simd build, whose every
   * operation IEEE 754 fixes.
   */
  deterministic?: boolean;
  /** A kernel binary of this package's version, for hosts that do not compile bytes. */
  module?: Binary;
  /** Address of the worker script for pages whose CSP forbids blob: workers. */
  workerUrl?: string | HostURL;
  /** Upper limit of the linear memory in bytes. */
  maximumMemory?: number;
  /**
   * For debugging; false by default. Every graph remembers checksums of what it saved, so that `backward()` refuses
   * writes through a view (`x.data[0] = 1`) as it refuses all others. What is saved is read two more times.
   */
  checkSaved?: boolean;
}

/** @internal For `init` too. */
export const runtimeRules: Rules<RuntimeOptions> = {
  threads: "number|string",
  variant: ["auto", "simd", "relaxed"],
  deterministic: "boolean",
  module: "Object",
  workerUrl: "Object|string",
  maximumMemory: "number",
  checkSaved: "boolean",
};

/**
 * Makes another runtime, with its own memory and workers. The default one stays as it is.
 * @throws RangeError for options out of their range; TypeError for a module of something else; Error where the engine
 *   lacks what they need
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  checkOptions("createRuntime", options, runtimeRules);
  const { threads = "auto", variant = "auto", deterministic = false, workerUrl } = options;
  const { checkSaved = false } = options;
  if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw new RangeError(
      `init: expected threads "auto" or an integer from 1 to 64, got ${describe(threads)}`,
    );
  }
  if (deterministic && variant === "relaxed") {
    throw new RangeError(
      "init: deterministic needs the simd variant: relaxed operations differ between CPUs",
    );
  }
  if (!hasSimd()) {
    throw new Error(
      "init: this engine has no WebAssembly SIMD; Chrome 110, Firefox 115, Safari 16.4, Node 20.19 and newer have it",
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
      // so engines call what is no module at all, such as the Response of a fetch
      if (error instanceof TypeError)
        refuse(`: expected its bytes or a WebAssembly.Module, got ${describe(module)}`);
      if (!(error instanceof WebAssembly.LinkError)) throw error;
    }
  }
  return refuse();
}
