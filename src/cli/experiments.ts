import { chooseExperiment } from "./choose.js";
import type { Experiment } from "./command.js";
import { compareExperiment } from "./compare.js";
import { gradientsExperiment } from "./gradients.js";
import { influenceExperiment } from "./influence.js";
import { layersExperiment } from "./layers.js";
import { paddingExperiment } from "./padding.js";
import { runningStatsExperiment } from "./running-stats.js";
import { seeExperiment } from "./see.js";
import { styleExperiment } from "./style.js";
import { transformerExperiment } from "./transformer.js";

/** The commands, in the order of `evenkeel all`. */
export const experiments: readonly Experiment[] = [
  layersExperiment,
  seeExperiment,
  influenceExperiment,
  runningStatsExperiment,
  gradientsExperiment,
  paddingExperiment,
  transformerExperiment,
  styleExperiment,
  compareExperiment,
  chooseExperiment,
];
