// A runtime that checks each launch of a kernel: its arguments before, all memory behind it. The kernels stay as they are.
import { files } from "../assembly/reader.mjs";
import type { Runtime } from "../src/runtime/runtime.js";
import { Guard } from "./guard.js";

type Run = (name: string, count: number, work: number, args: number[], scratch?: number) => void;

const kernels = new Map(files.flatMap(({ kernels }) => kernels.map((one) => [one.name, one.args])));

const QUARANTINE = 2 ** 22;

/** What is wrong with the arguments of a launch, in words. */
function wrongArguments(guard: Guard, name: string, args: readonly number[], scratch: number) {
  const all = kernels.get(name);
  if (!all) return [`is no kernel of assembly/index.ts`];
  const own = all.filter(({ arg }) => !["scratch", "begin", "end"].includes(arg));
  const wrong =
    own.length === args.length ? [] : [`has ${own.length} arguments, not ${args.length}`];
  if (all.some(({ arg }) => arg === "scratch") !== scratch > 0)
    wrong.push(scratch > 0 ? "takes no scratch" : "needs scratch");
  // 0 is an array that is not there
  for (const [i, { arg, type }] of own.entries())
    if (type === "usize" && args[i] !== 0 && !guard.isLive(args[i]))
      wrong.push(`got an address for ${arg}, ${args[i]}, where no block in use is`);
  return wrong;
}

/**
 * Has every launch of `runtime` throw where an address among its arguments lies in no block in use, or where anything was written
 * outside of the blocks. Gives the guard of its memory, in which freed blocks are full of NaN and stay away for a while.
 */
export function checkLaunches(runtime: Runtime): Guard {
  const guard = new Guard(runtime, QUARANTINE);
  const run: Run = runtime.run.bind(runtime);
  const checked: Run = (name, count, work, args, scratch = 0) => {
    const [wrong] = count > 0 ? wrongArguments(guard, name, args, scratch) : [];
    if (wrong) throw new Error(`checked: ${name} ${wrong}`);
    run(name, count, work, args, scratch);
    const [damage] = guard.damage();
    if (damage) throw new Error(`checked: ${name}, or the host before it, wrote ${damage}`);
  };
  runtime.run = checked as Runtime["run"];
  return guard;
}
