import {
  type LayersConfig,
  type LayersResult,
  layers,
  layersDefaults,
} from "../experiments/layers.js";
import type { Experiment } from "./command.js";
import { oneOf, option, seed } from "./options.js";
import { layersReport, layersText } from "./report/layers.js";
import type { Texts } from "./text/en/index.js";

type Flags = Pick<LayersConfig, "seed" | "groups">;

export const layersExperiment = (texts: Texts): Experiment<Flags, LayersResult> => ({
  name: "layers",
  description: texts.layers.description,
  options: [
    seed(texts, layersDefaults.seed),
    option("--groups <n>", texts.layers.groups, oneOf(1, 2, 4), layersDefaults.groups),
  ],
  quick: {},
  run: ({ seed, groups }, context) => layers({ seed, groups }, context),
  text: (result) => layersText(result, texts),
  report: (result) => layersReport(result, texts),
});
