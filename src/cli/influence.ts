import { Option } from "commander";
import {
  influenceDefaults as defaultsOf,
  type InfluenceConfig,
  type InfluenceResult,
  influence,
} from "../experiments/influence.js";
import type { Experiment } from "./command.js";
import { norms, option, positive, seed } from "./options.js";
import { influenceReport, influenceText } from "./report/influence.js";
import type { Texts } from "./text/en/index.js";

type Flags = Pick<InfluenceConfig, "norms" | "outlier" | "seed">;

const defaults = defaultsOf();

export const influenceExperiment = (texts: Texts): Experiment<Flags, InfluenceResult> => ({
  name: "influence",
  description: texts.influence.description,
  options: [
    new Option("--norms <names>", texts.influence.norms)
      .argParser(norms)
      .default(defaults.norms, "all"),
    option("--outlier <x>", texts.influence.outlier, positive, defaults.outlier),
    seed(texts, defaults.seed),
  ],
  quick: {},
  run: ({ norms, outlier, seed }, context) => influence({ norms, outlier, seed }, context),
  text: (result) => influenceText(result, texts),
  report: (result) => influenceReport(result, texts),
});
