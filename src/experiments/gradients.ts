import type { Rules } from "../options.js";
import { manualSeed } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import { type Measured, measure } from "./deep-measure.js";
import { type ActivationName, activationNames, type MLPNorm, mlpNorms } from "./deep-mlp.js";
import { type Trained, type TrainingStep, trainTogether } from "./deep-training.js";
import { pace } from "./pace.js";
import { type Linearity, linearity, type Shape, shapes } from "./scale-and-shift.js";
import { settingsOf } from "./settings.js";
import type { ExperimentOptions } from "./stage.js";

export type { Measured } from "./deep-measure.js";
export type { ActivationName, MLPNorm } from "./deep-mlp.js";
export type { Trained, TrainingStep } from "./deep-training.js";

/** Settings of `gradients`; `gradientsDefaults` has the defaults. */
export interface GradientsConfig {
  seed: number;
  /** The number of hidden layers. */
  depth: number;
  /** The number of features of a hidden layer. */
  width: number;
  /** The number of points for measuring gradients, and for a training step. */
  batch: number;
  /** The number of training steps. */
  steps: number;
  /** The learning rate of SGD with momentum 0.9. */
  lr: number;
  /** The factor on the initial weights in the test of saturation. */
  gain: number;
  /** The activations of the nets, and their norms. */
  activations: readonly ActivationName[];
  norms: readonly MLPNorm[];
  /** Whether sigmoid nets are trained without scale and shift too. */
  bare: boolean;
}

/** What may be changed while `gradients` runs. */
export interface GradientsControls {
  /** Replaces the configuration's `depth`: nets of this depth are measured and trained from the start. */
  depth?: number;
  /** Replaces the configuration's `lr`, and is read before every step. */
  lr?: number;
}

/** Options of `gradients` beside its settings. */
export interface GradientsOptions extends ExperimentOptions {
  /** Controls that may change at any time. */
  controls?: GradientsControls;
}

/** What `gradients` reports while it runs. */
export interface GradientsEvent extends TrainingStep {
  /** What was measured of one net. */
  measured?: Measured;
}

/** The settings of `gradients` where none are given. */
export const gradientsDefaults: GradientsConfig = {
  seed: 0,
  depth: 8,
  width: 64,
  batch: 128,
  steps: 300,
  lr: 0.02,
  gain: 10,
  activations: activationNames,
  norms: mlpNorms,
  bare: true,
};

const optionRules: Rules<GradientsOptions> = {
  runtime: "Runtime",
  signal: "Object",
  controls: "Object",
};

/** What `gradients` returns. */
export interface GradientsResult {
  config: GradientsConfig;
  /** The nets at their start: each activation with each norm, first with gain 1, then with `gain`. */
  measured: Measured[];
  /** The trainings of the same nets, and of some without scale and shift. */
  trained: Trained[];
  linearity: Linearity;
  shapes: Shape[];
}

/**
 * Shows why nets are normalised: the gradient of every layer of a deep net at its start, how many activations are
 * saturated, how the net trains, and what scale and shift give back. It also shows that a norm makes no distribution
 * Gaussian.
 */
export async function* gradients(
  settings: Partial<GradientsConfig> = {},
  options: GradientsOptions = {},
): AsyncGenerator<GradientsEvent, GradientsResult> {
  const config = settingsOf("gradients", gradientsDefaults, settings, options, optionRules);
  const { runtime = defaultRuntime() } = options;
  for (;;) {
    const { controls: { depth = config.depth } = {} } = options;
    if (!Number.isInteger(depth) || depth < 1)
      throw new RangeError(`gradients: expected a depth of at least 1, got ${depth}`);
    const found = yield* measureAndTrain({ ...config, depth }, options);
    if (!found) continue; // another depth is wanted
    manualSeed(config.seed);
    const about = { linearity: linearity(runtime), shapes: shapes(runtime) };
    return { config: { ...config, depth }, ...found, ...about };
  }
}

/** Measures and trains nets of one depth. Returns null once another is wanted. */
async function* measureAndTrain(
  config: GradientsConfig,
  { runtime = defaultRuntime(), signal, controls = {} }: GradientsOptions,
): AsyncGenerator<GradientsEvent, Pick<GradientsResult, "measured" | "trained"> | null> {
  const { depth, width, seed, steps, batch, lr, activations, norms } = config;
  const isWanted = () => (controls.depth ?? depth) === depth;
  const pairs = activations.flatMap((activation) =>
    norms.map((norm) => ({ activation, norm, depth, width, runtime, affine: true })),
  );
  const measured: Measured[] = [];
  for (const gain of [1, config.gain]) {
    for (const pair of pairs) {
      await pace(signal);
      if (!isWanted()) return null;
      const one = measure({ ...pair, gain }, config);
      const step = measured.push(one);
      const text = nameOf(pair);
      yield { stage: "gradients", step, steps: 2 * pairs.length, text, measured: one };
    }
  }
  const bare = pairs
    .filter(({ norm, activation }) => config.bare && norm !== "none" && activation === "sigmoid")
    .map((pair) => ({ ...pair, affine: false }));
  const trained = yield* trainTogether([...pairs, ...bare], {
    ...{ seed, steps, batch, runtime, signal, isWanted },
    lr: () => controls.lr ?? lr,
  });
  if (!trained) return null;
  for (const each of trained) {
    const stage = nameOf(each) + (each.affine ? "" : ", bare");
    const text = `${(100 * each.accuracy).toFixed(1)} % right`;
    yield { stage, step: steps, steps, text, done: true };
  }
  return { measured, trained };
}

const nameOf = ({ activation, norm }: Pick<Measured, "activation" | "norm">) =>
  `${activation}, ${norm}`;
