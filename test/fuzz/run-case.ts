// A case as a property of fast-check: arguments are drawn, checked, and made smaller if something is found.
import * as fc from "fast-check";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { check, type Outcome } from "./check.js";
import { type Case, type Kind, kinds, Pick } from "./draw.js";

export type Runtimes = (readonly [Runtime, Runtime])[];

/** Two runtimes, with one and three threads, for every build that this engine has. */
export async function openRuntimes(): Promise<{ pairs: Runtimes; close: () => void }> {
  const pairs: [Runtime, Runtime][] = [];
  for (const variant of ["simd", "relaxed"] as const) {
    try {
      const one = await createRuntime({ variant, threads: 1 });
      pairs.push([one, splitMore(await createRuntime({ variant, threads: 3 }))]);
    } catch (error) {
      if (variant === "simd") throw error; // some engines have no relaxed SIMD
    }
  }
  const close = () => {
    for (const runtime of pairs.flat()) runtime.close();
  };
  return { pairs, close };
}

/** Divides small jobs between threads too, with at most 16 items a chunk: the places of the cuts must not matter. */
function splitMore(runtime: Runtime): Runtime {
  const run = runtime.run.bind(runtime);
  runtime.run = (name, count, work, ...rest) => run(name, count, Math.max(work, 2048), ...rest);
  return runtime;
}

export interface Report {
  counts: Record<Outcome, number>;
  /** The finding, made small. */
  finding?: string;
}

/** Runs a case a number of times. `path` belongs to an earlier finding: then only this one is run again. */
export function runCase(
  op: string,
  draw: Case,
  pairs: Runtimes,
  options: { seed: number; runs: number; path?: string; all?: boolean },
): Report {
  const counts = { checked: 0, refused: 0, known: 0 };
  const property = fc.property(fc.gen(), (g) => {
    const pick = new Pick(g);
    const kind = pick.one(...(Object.keys(kinds) as Kind[]));
    const drawn = draw(pick);
    const runtimes = pick.one(...pairs);
    const seed = pick.int(1, 999);
    const poke = {
      input: pick.int(0, 7),
      element: pick.int(0, 9999),
      value: pick.one(Number.NaN, Infinity, 1e6, 1, -1e37),
    };
    counts[check({ op, drawn, kind, seed, runtimes, poke, all: options.all })]++;
  });
  const { runs, path } = options;
  const details = fc.check(property, {
    seed: options.seed,
    numRuns: runs,
    path,
    endOnFailure: path !== undefined,
  });
  if (!details.failed) return { counts };
  const { errorInstance, counterexamplePath } = details;
  const text = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const stack =
    errorInstance instanceof Error && errorInstance.constructor.name !== "Finding"
      ? `\n${errorInstance.stack}`
      : "";
  const again = `  again: npm run fuzz -- --op ${op} --seed ${options.seed} --path ${counterexamplePath}`;
  return { counts, finding: `${text}${stack}\n${again}` };
}
