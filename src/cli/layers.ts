import {
  type LayersConfig,
  type LayersResult,
  layers,
  layersDefaults,
} from "../experiments/layers.js";
import type { Experiment } from "./command.js";
import { oneOf, option, seed } from "./options.js";
import { layersReport, layersText } from "./report/layers.js";

type Flags = Pick<LayersConfig, "seed" | "groups">;

export const layersExperiment: Experiment<Flags, LayersResult> = {
  name: "layers",
  description: "the norms on one tensor: which elements share a mean and a variance",
  options: [
    seed(layersDefaults.seed),
    option("--groups <n>", "of group norm; 1, 2 or 4", oneOf(1, 2, 4), layersDefaults.groups),
  ],
  quick: {},
  run: ({ seed, groups }, context) => layers({ seed, groups }, context),
  text: layersText,
  report: layersReport,
};
