import type { Linear } from "../nn/linear.js";
import { crossEntropy } from "../ops/reduce/cross-entropy.js";
import { manualSeed } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { tidy } from "../tensor.js";
import { drawPoints } from "./circle-points.js";
import {
  type ActivationName,
  DeepMLP,
  type DeepMLPOptions,
  type MLPNorm,
  mlpNorms,
} from "./deep-mlp.js";
import { type Histogram, histogramOf } from "./histogram.js";

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

/** Measures a net as it is made from the seed. */
export function measure(
  options: DeepMLPOptions & { gain: number },
  { seed, batch }: { seed: number; batch: number },
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

/** The same of nets without a norm and with each, all from seed 0. */
export const measureEach = (
  { depth, activation }: { depth: number; activation: ActivationName },
  runtime: Runtime,
): Measured[] =>
  mlpNorms.map((norm) =>
    measure({ activation, norm, depth, width: 64, gain: 1, runtime }, { seed: 0, batch: 128 }),
  );
