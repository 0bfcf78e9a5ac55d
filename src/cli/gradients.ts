import {
  gradientsDefaults as defaults,
  type GradientsConfig,
  type GradientsResult,
  gradients,
} from "../experiments/gradients.js";
import type { Experiment } from "./command.js";
import { integer, option, positive, seed } from "./options.js";
import { gradientsReport, gradientsText } from "./report/gradients.js";
import type { Texts } from "./text/en/index.js";

type Flags = Pick<GradientsConfig, "seed" | "depth" | "width" | "steps" | "lr">;

export const gradientsExperiment = (texts: Texts): Experiment<Flags, GradientsResult> => ({
  name: "gradients",
  description: texts.gradients.description,
  options: [
    seed(texts, defaults.seed),
    option("--depth <n>", texts.gradients.depth, integer(2), defaults.depth),
    option("--width <n>", texts.gradients.width, integer(2), defaults.width),
    option("--steps <n>", texts.common.flags.steps, integer(1), defaults.steps),
    option("--lr <x>", texts.gradients.lr, positive, defaults.lr),
  ],
  quick: { steps: 200 },
  run: ({ seed, depth, width, steps, lr }, context) =>
    gradients({ seed, depth, width, steps, lr }, context),
  text: (result) => gradientsText(result, texts),
  report: (result) => gradientsReport(result, texts),
});
