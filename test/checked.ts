// A runtime that checks each launch of a kernel: its arguments before, and what lies around its blocks after it. The
// kernels stay as they are.

import { files } from "../assembly/reader.mjs";
import { HEAP } from "../src/runtime/memory.js";
import type { Runtime } from "../src/runtime/runtime.js";
import { Guard } from "./guard.js";

type Run = (name: string, count: number, work: number, args: number[], scratch?: number) => void;

/** name → its arguments */
const kernels = new Map(files.flatMap(({ kernels }) => kernels.map((one) => [one.name, one.args])));

const QUARANTINE = 2 ** 22;

const addressesOf = (name: string) =>
  (kernels.get(name) ?? []).flatMap(({ arg, type }, i) => (type === "usize" ? [{ arg, i }] : []));

/** What is wrong with the number of arguments of a launch, in words; null if nothing is. */
function wrongCount(name: string, args: readonly number[], scratch: number): string | null {
  const all = kernels.get(name)?.map(({ arg }) => arg);
  if (!all) return "is no kernel of assembly/index.ts";
  if (all.includes("scratch") !== scratch > 0)
    return scratch > 0 ? "takes no scratch" : "needs scratch";
  const own = all.filter((arg) => !["scratch", "begin", "end"].includes(arg));
  return own.length === args.length ? null : `has ${own.length} arguments, not ${args.length}`;
}

/**
 * Every launch of `runtime` now throws if an address among its arguments lies in no block in use, or if anything was
 * written around these blocks. Gives the guard of its memory. The guard checks the other blocks too. It fills freed
 * blocks with NaN and holds them back for a while.
 */
export function checkLaunches(runtime: Runtime): Guard {
  const guard = new Guard(runtime, QUARANTINE);
  const run = runtime.run.bind(runtime) as Run;
  const checked: Run = (name, count, work, args, scratch = 0) => {
    const wrong = wrongCount(name, args, scratch);
    if (wrong) throw new Error(`checked: ${name} ${wrong}`);
    const blocks = addressesOf(name).flatMap(({ arg, i }) => {
      const address = args[i];
      // an absent array, scratch that the runtime itself makes, or a pointer that nobody uses
      if (address === 0 || address === undefined || count === 0) return [];
      if (arg === "plan" && address < HEAP) return []; // a plan lies in the runtime's own place
      const block = guard.blockAt(address);
      if (block) return block;
      throw new Error(`checked: ${name} got ${arg} at ${address}, where no block in use is`);
    });
    run(name, count, work, args, scratch);
    const [damage] = guard.damage(blocks);
    if (damage) throw new Error(`checked: ${name}, or the host before it, wrote ${damage}`);
  };
  runtime.run = checked as Runtime["run"];
  return guard;
}
