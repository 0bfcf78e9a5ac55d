import {
  gradientsDefaults as defaults,
  type GradientsConfig,
  type GradientsResult,
  gradients,
} from "../experiments/gradients.js";
import type { Experiment } from "./command.js";
import { integer, option, positive, seed } from "./options.js";
import { gradientsReport, gradientsText } from "./report/gradients.js";

type Flags = Pick<GradientsConfig, "seed" | "depth" | "width" | "steps" | "lr">;

export const gradientsExperiment: Experiment<Flags, GradientsResult> = {
  name: "gradients",
  description: "a deep net's gradients, saturation and training with and without norms",
  options: [
    seed(defaults.seed),
    option("--depth <n>", "hidden layers", integer(2), defaults.depth),
    option("--width <n>", "of a layer", integer(2), defaults.width),
    option("--steps <n>", "of training", integer(1), defaults.steps),
    option("--lr <x>", "step size of SGD", positive, defaults.lr),
  ],
  quick: { steps: 200 },
  run: ({ seed, depth, width, steps, lr }, context) =>
    gradients({ seed, depth, width, steps, lr }, context),
  text: gradientsText,
  report: gradientsReport,
};
