import { join } from "node:path";
import { type Command, Option } from "commander";
import {
  type CompareConfig,
  type CompareResult,
  compare,
  compareDefaults as defaults,
} from "../experiments/compare.js";
import { summarize } from "../experiments/summary.js";
import { createRuntime } from "../runtime/runtime.js";
import { type DataOptions, loadData } from "./data.js";
import { checkWritable, writeFiles } from "./files.js";
import { describeMachine } from "./machine.js";
import { integer, norms, positive, threads } from "./options.js";
import { type Display, display } from "./progress.js";
import { page } from "./report/page.js";
import { textTable } from "./report/table.js";

interface Flags extends Omit<CompareConfig, "batch1Samples">, DataOptions {
  threads: number | "auto";
  deterministic: boolean;
  out: string;
  batch1Samples?: number;
}

const INTERRUPTED = 130;

export function addCompare(program: Command): void {
  program
    .command("compare")
    .description("train the same convolutional net under several normalisations and report")
    .addOption(
      new Option("--norms <names>", "what to compare, with commas between")
        .argParser(norms)
        .default(defaults.norms, defaults.norms.join(",")),
    )
    .option("--epochs <n>", "passes over the training images", integer(1), defaults.epochs)
    .option("--batch-size <n>", "images a step", integer(1), defaults.batchSize)
    .option("--width <n>", "channels of the first block", integer(1), defaults.width)
    .option("--seed <n>", "decides weights and order", integer(0), defaults.seed)
    .option("--seeds <k>", "runs per norm, seeds counting up", integer(1), defaults.seeds)
    .option("--limit <n>", "at most so many training, and test, images", integer(1), 1600)
    .option("--lr <x>", "step size of Adam", positive, defaults.lr)
    .option(
      "--batch1-samples <n>",
      "samples of the training with batch 1 (default: as many)",
      integer(0),
    )
    .option("--threads <n>", "threads, or auto", threads, "auto")
    .option("--deterministic", "the same bits on every machine", false)
    .option("--data <dir>", "CIFAR-10's binary files; without: procedurally drawn images")
    .option("--download [dir]", "fetch CIFAR-10 into a directory first (default: evenkeel-data)")
    .option("--out <dir>", "where results.json and index.html go", "evenkeel-report")
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const { out, threads, deterministic, limit, data: _, download: __, ...settings } = flags;
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(INTERRUPTED); // asked twice
    stop.abort();
  };
  process.on("SIGINT", interrupt);
  try {
    await checkWritable(out);
    const data = await loadData(flags, stop.signal);
    const runtime = await createRuntime({ threads, deterministic });
    try {
      const events = compare(data, settings, {
        runtime,
        signal: stop.signal,
        config: {
          threads,
          deterministic,
          limit,
          data: data.name,
          trainImages: data.train.labels.length,
          testImages: data.test.labels.length,
        },
        machine: describeMachine(),
      });
      const result = await follow(events, display(process.stdout));
      await conclude(result, out, stop.signal.aborted);
    } finally {
      runtime.close();
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error("evenkeel: stopped; nothing written");
  } finally {
    process.off("SIGINT", interrupt);
    if (stop.signal.aborted) process.exitCode = INTERRUPTED;
  }
}

async function follow(
  events: ReturnType<typeof compare>,
  { show, stop }: Display,
): Promise<CompareResult> {
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      show(value);
    }
  } finally {
    stop();
  }
}

async function conclude(result: CompareResult, out: string, stopped: boolean): Promise<void> {
  const { runs, config } = result;
  if (runs.length === 0) {
    console.error("evenkeel: stopped before a run was finished; nothing written");
    return;
  }
  await writeFiles(out, {
    "results.json": `${JSON.stringify(result)}\n`,
    "index.html": page(result),
  });
  console.log(`\n${textTable(summarize(result))}\n`);
  const planned = config.norms.length * config.seeds;
  if (stopped) console.log(`Stopped: ${runs.length} of ${planned} runs are finished.`);
  console.log(`Report: ${join(out, "index.html")}, ${join(out, "results.json")}`);
}
