import type { HostURL } from "../host-types.js";
import { checkInteger } from "../numbers.js";
import { checkOptions, describe } from "../options.js";
import { isLocalRank, LocalMemory, type LocalRank, localMemory } from "./local-memory.js";
import { builtin } from "./node.js";

/** Options of `launchLocal`. */
export interface LaunchOptions {
  /** What stands behind the module's name in the `process.argv` of the ranks. */
  argv?: readonly string[];
}

/** Milliseconds that the other ranks get to tell their own errors, after the first one. */
const GRACE = 200;

/**
 * Runs a module in `size` threads of this process, which are the ranks of the group that `initProcessGroup()` gives
 * there. Resolves when all have ended. Rejects, after all were stopped, with the first error, which names the rank:
 * also where a rank ended before `close()`.
 * @throws TypeError for no URL, RangeError for a size outside 1 … 64
 */
export async function launchLocal(
  size: number,
  module: HostURL,
  options: LaunchOptions = {},
): Promise<void> {
  checkInteger("launchLocal", "size", size);
  if (size > 64) throw new RangeError(`launchLocal: expected at most 64 ranks, got ${size}`);
  if (!(module instanceof URL))
    throw new TypeError(
      `launchLocal: expected a URL, such as new URL("./train.mjs", import.meta.url), got ${describe(module)}`,
    );
  const { argv = [] } = checkOptions("launchLocal", options, { argv: "Array" });
  const { Worker, workerData } = builtin("launchLocal", "node:worker_threads");
  if (isLocalRank(workerData))
    throw new Error("launchLocal: this module runs in a rank already: call initProcessGroup()");
  const memory = localMemory(size);
  const shared = new LocalMemory(memory, size);
  let first: Error | null = null;
  const fail = (rank: number, cause: unknown) => {
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    const named = text.includes("[rank ") ? text : `[rank ${rank} of ${size}] ${text}`;
    first ??= new Error(shared.reason ?? named, { cause });
    shared.giveUp(first.message);
  };
  const workers = Array.from({ length: size }, (_, rank) => {
    const data: LocalRank = { evenkeelLocal: true, rank, size, memory };
    return new Worker(module as URL, { workerData: data, argv: [...argv] });
  });
  const ended = workers.map(
    (worker, rank) =>
      new Promise<void>((resolve) => {
        worker.on("error", (error) => fail(rank, error));
        worker.on("exit", (code) => {
          const state = shared.state.get(rank);
          if (state === 0) shared.state.set(rank, 3); // those that join from now on see it themselves
          const waiting = workers.some((_, other) => shared.state.get(other) === 1);
          if (code !== 0) fail(rank, `ended with code ${code}`);
          else if (state === 1) fail(rank, "ended without close(), code 0");
          else if (state === 0 && waiting) fail(rank, "ended without initProcessGroup()");
          resolve();
          if (first) setTimeout(() => stop(), GRACE);
        });
      }),
  );
  const stop = () => {
    for (const worker of workers) void worker.terminate();
  };
  await Promise.all(ended);
  if (first) throw first;
}
