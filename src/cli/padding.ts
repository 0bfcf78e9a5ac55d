import {
  paddingDefaults as defaults,
  type PaddingConfig,
  type PaddingResult,
  padding,
} from "../experiments/padding.js";
import type { Experiment } from "./command.js";
import { batchSize, integer, option, seed } from "./options.js";
import { paddingReport, paddingText } from "./report/padding.js";
import type { Texts } from "./text/en/index.js";

type Flags = Pick<PaddingConfig, "seed" | "channels"> & { batchSize: number };

export const paddingExperiment = (texts: Texts): Experiment<Flags, PaddingResult> => ({
  name: "padding",
  description: texts.padding.description,
  options: [
    seed(texts, defaults.seed),
    batchSize(texts.padding.batch, 2, defaults.batch),
    option("--channels <n>", texts.padding.channels, integer(2), defaults.channels),
  ],
  quick: {},
  run: ({ seed, batchSize, channels }, context) =>
    padding({ seed, batch: batchSize, channels }, context),
  text: (result) => paddingText(result, texts),
  report: (result) => paddingReport(result, texts),
});
