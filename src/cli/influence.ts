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

type Flags = Pick<InfluenceConfig, "norms" | "outlier" | "seed">;

const defaults = defaultsOf();

export const influenceExperiment: Experiment<Flags, InfluenceResult> = {
  name: "influence",
  description: "who pays for an outlier: which outputs move when one sample is disturbed",
  options: [
    new Option("--norms <names>", "specs such as bn,gn:8,frn, or all; for 8 channels")
      .argParser(norms)
      .default(defaults.norms, "all"),
    option("--outlier <x>", "what one element becomes", positive, defaults.outlier),
    seed(defaults.seed),
  ],
  quick: {},
  run: ({ norms, outlier, seed }, context) => influence({ norms, outlier, seed }, context),
  text: influenceText,
  report: influenceReport,
};
