// What the command does with several ranks: compare --distributed, run --local, allreduce-bench.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { workerData } from "node:worker_threads";
import { type Command, InvalidArgumentError } from "commander";
import { DistributedDataParallel, initProcessGroup, launchLocal } from "../distributed/index.js";
import { isLocalRank } from "../distributed/local-memory.js";
import type { Stage } from "../experiments/stage.js";
import type { ProcessGroup } from "../process-group.js";
import { checkAlone } from "./alone.js";
import { integer, option } from "./options.js";
import type { Texts } from "./text/en/index.js";

/** Where the ranks are: "mpi", or so many threads. */
export type Where = "mpi" | number;

/** Reads the value of --distributed. */
export function where(text: string): Where {
  if (text === "mpi") return text;
  const [kind, count, ...rest] = text.split(":");
  if (kind !== "local" || rest.length > 0)
    throw new InvalidArgumentError("Expected mpi, or local:4 for four threads.");
  return integer(1, 64)(count ?? "");
}

/** Whether this is the process that still has to start its ranks. It starts them, with the same command. */
export async function startedRanks(ranks: Where): Promise<boolean> {
  if (ranks === "mpi" || isLocalRank(workerData)) return false;
  const argv = process.argv.slice(2);
  await launchLocal(ranks, pathToFileURL(process.argv[1]), { argv });
  return true;
}

/** Runs `work` in the group of all ranks. An error in one of them ends all. */
export async function inGroup(
  ranks: Where,
  check: boolean | undefined,
  work: (group: ProcessGroup) => Promise<void>,
): Promise<void> {
  const backend = ranks === "mpi" ? "mpi" : "local";
  const group = await initProcessGroup({ backend, check }).catch((cause: Error) => {
    const way = cause.message.includes("no launcher");
    if (!way) throw cause;
    throw new Error(
      "no launcher of MPI started this process: put mpirun -np 4 in front, or give --distributed local:4",
      { cause },
    );
  });
  try {
    await work(group);
  } catch (error) {
    group.abort(error instanceof Error ? error.message : error);
  }
  group.close();
}

/** Runs a generator to its end; every rank takes part, rank 0 shows how far it is. */
export async function followed<Result>(
  events: AsyncGenerator<Stage, Result>,
  show: (stage: Stage) => void,
): Promise<Result> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
    show(value);
  }
}

export const replicaOf = (processGroup: ProcessGroup) => (net: DistributedDataParallel["module"]) =>
  new DistributedDataParallel(net, { processGroup });

/** Adds `evenkeel run --local 4 train.mjs`. */
export function addRun(program: Command, { ranks }: Texts): void {
  const { run } = ranks;
  program
    .command("run")
    .description(run.description)
    .argument("<module>", run.module)
    .argument("[arguments...]", run.arguments)
    .addOption(option("--local <n>", run.local, integer(1, 64)).makeOptionMandatory())
    .passThroughOptions()
    .action(async (module: string, argv: string[], { local }: { local: number }) => {
      const path = resolve(module);
      if (!existsSync(path)) throw new Error(`run: there is no module ${path}`);
      checkAlone();
      await launchLocal(local, pathToFileURL(path), { argv });
    });
}

export const inDirectory = (directory: string, name: string): string =>
  join(directory, `ranks-${name}.safetensors`);
