// The runtime that tensors are made in unless they are told another.
import { checkOptions } from "../options.js";
import { createRuntime, type RuntimeOptions, runtimeRules } from "./create-runtime.js";
import type { Runtime } from "./runtime.js";

let current: Runtime | null = null;
let pending: { options: string; runtime: Promise<Runtime> } | null = null;

/**
 * Makes the default runtime: the fastest build that this engine runs, with one thread per core where threads are
 * possible. A second call with the same options gives the same runtime. With other options it is an error until
 * `close()`.
 * @throws Error for other options than the open runtime has; what `createRuntime` throws
 */
export async function init(options: RuntimeOptions = {}): Promise<Runtime> {
  checkOptions("init", options, runtimeRules);
  const { threads = "auto", variant = "auto", deterministic = false } = options;
  const { module, workerUrl = "", maximumMemory, checkSaved = false } = options;
  // a list, for neither the order of the options nor a default that is written out makes others of them
  const given = [module ? "given" : "", String(workerUrl), maximumMemory];
  const key = JSON.stringify([threads, variant, deterministic, checkSaved, ...given]);
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

/**
 * The runtime that `init()` made.
 * @throws Error when there is none, or when it was closed
 */
export function defaultRuntime(): Runtime {
  if (!current) throw new Error("evenkeel: no runtime yet: call `await init()` first");
  if (current.closed)
    throw new Error("evenkeel: the default runtime was closed: call `await init()` again");
  return current;
}
