import {
  runningStatsDefaults as defaults,
  type RunningStatsConfig,
  type RunningStatsResult,
  runningStats,
} from "../experiments/running-stats.js";
import type { Experiment } from "./command.js";
import { batchSize, integer, option, seed } from "./options.js";
import { runningStatsReport, runningStatsText } from "./report/running-stats.js";
import type { Texts } from "./text/en/index.js";

type Flags = Pick<RunningStatsConfig, "seed" | "steps"> & { batchSize: number };

export const runningStatsExperiment = (texts: Texts): Experiment<Flags, RunningStatsResult> => ({
  name: "running-stats",
  description: texts.runningStats.description,
  options: [
    seed(texts, defaults.seed),
    option("--steps <n>", texts.runningStats.steps, integer(1), defaults.steps),
    batchSize(texts.runningStats.batch, 2, defaults.batch),
  ],
  quick: { steps: 150 },
  run: ({ seed, steps, batchSize }, context) =>
    runningStats({ seed, steps, batch: batchSize }, context),
  text: (result) => runningStatsText(result, texts),
  report: (result) => runningStatsReport(result, texts),
});
