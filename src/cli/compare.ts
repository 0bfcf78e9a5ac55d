import { join, resolve } from "node:path";
import { Option } from "commander";
import {
  type CompareConfig,
  type CompareEvent,
  type CompareResult,
  compare,
  compareDefaults as defaults,
} from "../experiments/compare.js";
import type { Stage } from "../experiments/stage.js";
import { summarize } from "../experiments/summary.js";
import { compareTruths } from "../experiments/truths.js";
import { type CheckpointStore, checkpointFile } from "../io/checkpoint-file.js";
import { checkNorm } from "../nn/index.js";
import { finished } from "../show/words.js";
import type { CommonFlags, Context, Experiment } from "./command.js";
import { compareInRanks, type RanksFlags, ranksFlags } from "./compare-ranks.js";
import { type DataOptions, loadData } from "./data.js";
import { type Where, where } from "./distributed.js";
import { checkWritable, makeDirectory } from "./files.js";
import { describeMachine } from "./machine.js";
import { batchSize, integer, knownNorms, norms, option, positive, seed } from "./options.js";
import { compareReport, stoppedText } from "./report/compare.js";
import { textTable } from "./report/table.js";
import { truthsText } from "./report/truths.js";
import type { Texts } from "./text/en/index.js";

/** The number of training images of CIFAR-10. */
const ALL_IMAGES = 50_000;

interface Flags extends Omit<CompareConfig, "batch1Samples" | "steps">, DataOptions {
  steps?: number;
  batch1Samples: number | "all";
  checkpoint?: string;
  saveEvery?: number;
  distributed?: Where;
  distributedCheck?: boolean;
}

const optionsIn = (texts: Texts): Option[] => {
  const { flags } = texts.compare;
  return [
    new Option("--norms <names>", flags.norms(knownNorms(texts)))
      .argParser(norms)
      .default(defaults.norms, defaults.norms.join(",")),
    option("--epochs <n>", flags.epochs, integer(1), defaults.epochs),
    option("--steps <n>", flags.steps, integer(1)),
    batchSize(flags.batch, 1, defaults.batchSize),
    option("--width <n>", flags.width, integer(1), defaults.width),
    seed(texts, defaults.seed),
    option("--seeds <k>", flags.seeds, integer(1), defaults.seeds),
    option("--limit <n>", flags.limit, integer(1), 1600),
    option("--lr <x>", flags.lr, positive, defaults.lr),
    option(
      "--batch1-samples <n>",
      flags.batch1Samples,
      (text) => (text === "all" ? text : integer(0)(text)), // commander turns "" into null
      2000,
    ),
    new Option("--no-batch1", flags.noBatch1),
    option("--evaluate-every <n>", flags.evaluateEvery, integer(0), defaults.evaluateEvery),
    option("--probe-every <n>", flags.probeEvery, integer(0), defaults.probeEvery),
    option("--answers <n>", flags.answers, integer(0), defaults.answers),
    new Option("--checkpoint <dir>", flags.checkpoint),
    option("--save-every <n>", flags.saveEvery, integer(1)),
    new Option("--distributed [where]", flags.distributed).argParser(where).preset("mpi"),
    new Option("--distributed-check", flags.distributedCheck),
    new Option("--data <path>", flags.data),
    new Option("--download [dir]", flags.download),
  ];
};

export const compareExperiment = (texts: Texts): Experiment<Flags, CompareResult> => ({
  name: "compare",
  description: texts.compare.description,
  options: optionsIn(texts),
  out: "evenkeel-report",
  instead(flags, given) {
    if (flags.distributed === undefined) return null;
    const unset = Object.entries(ranksFlags(flags.quick)).filter(([flag]) => !given(flag));
    const all = { ...flags, ...Object.fromEntries(unset) } as RanksFlags;
    return () => compareInRanks(all, texts);
  },
  quick: { limit: 1200, epochs: 3, batch1Samples: 600 },
  run: (flags, context) => run(flags, context, texts),
  text(result) {
    const { config, runs } = result;
    const table = textTable(summarize(result), texts) + truthsText(compareTruths(result), texts);
    return finished(runs) === config.norms.length * config.seeds
      ? table
      : `${table}\n\n${texts.compare.stoppedLine(stoppedText(result, texts))}`;
  },
  report: (result) => compareReport(result, texts),
});

/** The store of a file. Its errors say what to do if the file cannot be used. */
function storeIn(path: string): CheckpointStore {
  const { save, load } = checkpointFile(path);
  return {
    save,
    load: (parts) =>
      load(parts).catch((cause: Error) => {
        const way = "delete it, or give --checkpoint another directory, to begin anew";
        throw new Error(`${cause.message}; ${way}`, { cause });
      }),
  };
}

/** Refuses a norm that cannot work with the channels of the net. The error uses the names of the flags. */
function checkWidths(norm: string, width: number): void {
  try {
    for (const channels of [1, 2, 4, 8].map((times) => times * width))
      checkNorm(norm, channels, "");
  } catch (cause) {
    const reason = (cause as Error).message.replace(/^: "[^"]*": /, "");
    throw new Error(`--norms ${norm} with --width ${width}: ${reason}`, { cause });
  }
}

async function* run(
  { out: _, quick: __, ...flags }: Flags & CommonFlags,
  { runtime, signal }: Context,
  texts: Texts,
): AsyncGenerator<Stage, CompareResult> {
  const {
    threads,
    deterministic,
    limit,
    data: ___,
    download: ____,
    checkpoint,
    saveEvery,
    batch1Samples,
    steps = null,
    distributed: _____,
    distributedCheck: ______,
    ...others
  } = flags;
  if (others.batchSize > limit)
    throw new Error(
      `--limit ${limit} is less than the images of one step, --batch-size ${others.batchSize}`,
    );
  if (saveEvery !== undefined && !checkpoint)
    throw new Error("--save-every says how often to save; --checkpoint says where, and is missing");
  for (const norm of others.norms) checkWidths(norm, others.width);
  const samples = batch1Samples === "all" ? null : batch1Samples;
  const settings = { ...others, steps, batch1Samples: samples };
  if (checkpoint) {
    await checkWritable(checkpoint);
    await makeDirectory(resolve(checkpoint));
  }
  const data = await loadData(flags, texts, signal);
  const [train, test] = [data.train, data.test].map(({ labels }) => labels.length);
  if (flags.data || flags.download) {
    const all = train < limit || train >= ALL_IMAGES ? "" : `; --limit ${ALL_IMAGES} takes all`;
    const text = `${train} training and ${test} test images${all}`;
    yield {
      stage: flags.data?.endsWith(".npz") ? "NumPy" : "CIFAR-10",
      step: 1,
      steps: 1,
      text,
      done: true,
    };
  }
  const events = compare(data, settings, {
    runtime,
    signal,
    store: checkpoint ? (name) => storeIn(join(checkpoint, `${name}.safetensors`)) : undefined,
    saveEvery,
    config: {
      threads,
      deterministic,
      limit,
      data: data.name,
      trainImages: train,
      testImages: test,
    },
    machine: describeMachine(),
  });
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (!done) {
        const stage = stageOf(value, signal);
        if (stage) yield stage;
        continue;
      }
      if (value.runs.length === 0) signal.throwIfAborted();
      return value;
    }
  } finally {
    await events.return({} as CompareResult);
  }
}

function stageOf(event: CompareEvent, signal: AbortSignal): Stage | null {
  if (event.type === "run" || event.type === "resume") return null;
  if (event.type === "probe" || event.type === "evaluate") return null;
  const { norm, seed, phase } = event;
  const stage = `${norm} seed ${seed}${phase === "batch1" ? " batch 1" : ""}`;
  if (event.type === "start") return { stage, step: 0, steps: 0, text: "training" };
  if (event.type === "step") {
    const { step, steps, loss } = event;
    return { stage, step, steps, text: `loss ${loss.toFixed(3)}` };
  }
  const { testAccuracy: share } = event;
  const none = signal.aborted ? "stopped" : "refused";
  const text = share === null ? none : `test accuracy ${(100 * share).toFixed(1)} %`;
  return { stage, step: 0, steps: 0, text, done: true };
}
