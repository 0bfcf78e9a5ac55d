import type { HostAbortSignal } from "../host-types.js";
import type { Linear } from "../nn/index.js";
import { crossEntropy } from "../ops/reduce/cross-entropy.js";
import { SGD } from "../optim/index.js";
import { manualSeed, rand } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, tidy } from "../tensor.js";
import {
  type ActivationName,
  activationNames,
  DeepMLP,
  type DeepMLPOptions,
  type MLPNorm,
  mlpNorms,
} from "./deep-mlp.js";
import { type Histogram, histogramOf } from "./histogram.js";
import { pace } from "./pace.js";
import { type Linearity, linearity, type Shape, shapes } from "./scale-and-shift.js";
import { settingsOf } from "./settings.js";
import type { ExperimentOptions, Stage } from "./stage.js";
import { countRight } from "./train.js";

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
};

/** The measurements of a fresh net: one forward and one backward pass. */
export interface Measured {
  activation: ActivationName;
  norm: MLPNorm;
  gain: number;
  /** ‖∂loss/∂W‖ of each hidden layer, the first one first. */
  gradients: number[];
  /** Share of the activations of each layer whose slope is below a twentieth of the largest. */
  saturated: number[];
  /** The histogram of the middle layer's outputs. */
  histogram: Histogram;
}

/** How one net trained. */
export interface Trained {
  activation: ActivationName;
  norm: MLPNorm;
  /** Whether its norms have a scale and a shift. */
  affine: boolean;
  /** The loss of each training step. */
  losses: number[];
  /** The share of right answers in the last tenth of the steps, in training mode. */
  accuracy: number;
}

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

/** The radius of the circle that has half the area of the square. */
const RADIUS = Math.sqrt(2 / Math.PI);

/** Points in [−1, 1]², and whether they lie outside a circle. */
function drawPoints(count: number, runtime: Runtime): { points: Tensor; labels: Int32Array } {
  const points = rand([count, 2], { runtime });
  points.data.forEach((value, i) => {
    points.data[i] = 2 * value - 1;
  });
  const labels = Int32Array.from({ length: count }, (_, i) =>
    Number(Math.hypot(points.data[2 * i], points.data[2 * i + 1]) > RADIUS),
  );
  return { points, labels };
}

/**
 * Shows why nets are normalised: the gradient of every layer of a deep net at its start, how many activations are
 * saturated, how the net trains, and what scale and shift give back. It also shows that a norm makes no distribution
 * Gaussian.
 */
export async function* gradients(
  settings: Partial<GradientsConfig> = {},
  options: ExperimentOptions = {},
): AsyncGenerator<Stage, GradientsResult> {
  const config = settingsOf("gradients", gradientsDefaults, settings, options);
  const { runtime = defaultRuntime(), signal } = options;
  const { depth, width, seed } = config;
  const pairs = activationNames.flatMap((activation) =>
    mlpNorms.map((norm) => ({ activation, norm, depth, width, runtime })),
  );
  const measured: Measured[] = [];
  for (const gain of [1, config.gain]) {
    for (const pair of pairs) {
      await pace(signal);
      measured.push(measure({ ...pair, gain }, config));
      const step = measured.length;
      yield { stage: "gradients", step, steps: 2 * pairs.length, text: nameOf(pair) };
    }
  }
  const trained: Trained[] = [];
  const bare = pairs
    .filter(({ norm, activation }) => norm !== "none" && activation === "sigmoid")
    .map((pair) => ({ ...pair, affine: false }));
  for (const options of [...pairs.map((pair) => ({ ...pair, affine: true })), ...bare]) {
    trained.push(yield* trainOne(options, config, signal));
  }
  manualSeed(seed);
  return { config, measured, trained, linearity: linearity(runtime), shapes: shapes(runtime) };
}

const nameOf = ({ activation, norm }: Pick<Measured, "activation" | "norm">) =>
  `${activation}, ${norm}`;

function measure(
  options: DeepMLPOptions & { gain: number },
  { seed, batch }: GradientsConfig,
): Measured {
  const { activation, norm, gain, depth } = options;
  manualSeed(seed);
  using net = new DeepMLP(options);
  const saturated: number[] = [];
  let histogram: Measured["histogram"] | undefined;
  tidy(() => {
    const { points, labels } = drawPoints(batch, options.runtime as Runtime);
    const logits = net.forward(points, (before, after) => {
      saturated.push(saturatedShare(activation, before.data));
      if (saturated.length === Math.ceil(depth / 2))
        histogram = histogramFor(activation, after.data);
    });
    crossEntropy(logits, labels).backward();
  });
  const gradients = (net.linears.layers as Linear[]).map(({ weight }) =>
    Math.hypot(...(weight.grad?.data ?? [])),
  );
  net.zeroGrad();
  return {
    activation,
    norm,
    gain,
    gradients,
    saturated,
    histogram: histogram as Measured["histogram"],
  };
}

/** The slope of an activation, as a share of its largest slope. */
const slopes: Record<ActivationName, (x: number) => number> = {
  sigmoid: (x) => 1 / Math.cosh(x / 2) ** 2,
  tanh: (x) => 1 / Math.cosh(x) ** 2,
  relu: (x) => (x > 0 ? 1 : 0),
};

const saturatedShare = (activation: ActivationName, values: Float32Array): number =>
  values.reduce((sum, x) => sum + (slopes[activation](x) < 0.05 ? 1 : 0), 0) / values.length;

function histogramFor(activation: ActivationName, values: Float32Array): Histogram {
  const low = activation === "tanh" ? -1 : 0;
  return histogramOf(values, low, activation === "relu" ? 3 : 1);
}

async function* trainOne(
  options: DeepMLPOptions & { affine: boolean },
  { seed, steps, batch, lr }: GradientsConfig,
  signal?: HostAbortSignal,
): AsyncGenerator<Stage, Trained> {
  const { activation, norm, affine } = options;
  manualSeed(seed);
  using net = new DeepMLP(options);
  const optimizer = new SGD(net.parameters(), { lr, momentum: 0.9 });
  const stage = `${nameOf(options)}${affine ? "" : ", bare"}`;
  const losses: number[] = [];
  let right = 0;
  const last = Math.ceil(steps / 10);
  try {
    for (let step = 1; step <= steps; step++) {
      await pace(signal);
      tidy(() => {
        const { points, labels } = drawPoints(batch, options.runtime as Runtime);
        optimizer.zeroGrad();
        const logits = net.forward(points);
        const loss = crossEntropy(logits, labels);
        loss.backward();
        optimizer.step();
        losses.push(loss.item());
        if (step > steps - last) right += countRight(logits.data, labels);
      });
      yield { stage, step, steps, text: `loss ${losses[step - 1].toFixed(3)}` };
    }
  } finally {
    net.zeroGrad();
    optimizer.dispose();
  }
  const accuracy = right / (last * batch);
  yield { stage, step: steps, steps, text: `${(100 * accuracy).toFixed(1)} % right`, done: true };
  return { activation, norm, affine, losses, accuracy };
}
