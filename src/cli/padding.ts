import {
  paddingDefaults as defaults,
  type PaddingConfig,
  type PaddingResult,
  padding,
} from "../experiments/padding.js";
import type { Experiment } from "./command.js";
import { batchSize, integer, option, seed } from "./options.js";
import { paddingReport, paddingText } from "./report/padding.js";

type Flags = Pick<PaddingConfig, "seed" | "channels"> & { batchSize: number };

export const paddingExperiment: Experiment<Flags, PaddingResult> = {
  name: "padding",
  description: "batch, masked batch and layer norm on sentences of several lengths",
  options: [
    seed(defaults.seed),
    batchSize("sentences", 2, defaults.batch),
    option("--channels <n>", "features of a word", integer(2), defaults.channels),
  ],
  quick: {},
  run: ({ seed, batchSize, channels }, context) =>
    padding({ seed, batch: batchSize, channels }, context),
  text: paddingText,
  report: paddingReport,
};
