import {
  runningStatsDefaults as defaults,
  type RunningStatsConfig,
  type RunningStatsResult,
  runningStats,
} from "../experiments/running-stats.js";
import type { Experiment } from "./command.js";
import { batchSize, integer, option, seed } from "./options.js";
import { runningStatsReport, runningStatsText } from "./report/running-stats.js";

type Flags = Pick<RunningStatsConfig, "seed" | "steps"> & { batchSize: number };

export const runningStatsExperiment: Experiment<Flags, RunningStatsResult> = {
  name: "running-stats",
  description: "batch norm's running statistics: the article's rule, PyTorch's, and momenta",
  options: [
    seed(defaults.seed),
    option("--steps <n>", "batches", integer(1), defaults.steps),
    batchSize("values per channel and batch", 2, defaults.batch),
  ],
  quick: { steps: 150 },
  run: ({ seed, steps, batchSize }, context) =>
    runningStats({ seed, steps, batch: batchSize }, context),
  text: runningStatsText,
  report: runningStatsReport,
};
