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
import type { Texts } from "./text/en/index.js";
import { transformerExperiment } from "./transformer.js";

/** The commands, in the order of `evenkeel all`. */
export const experimentsIn = (texts: Texts): readonly Experiment[] => [
  layersExperiment(texts),
  seeExperiment(texts),
  influenceExperiment(texts),
  runningStatsExperiment(texts),
  gradientsExperiment(texts),
  paddingExperiment(texts),
  transformerExperiment(texts),
  styleExperiment(texts),
  compareExperiment(texts),
  chooseExperiment(texts),
];
