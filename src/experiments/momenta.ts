import { noGrad } from "../autograd.js";
import { BatchNorm2d } from "../nn/norm.js";
import { randn } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, tidy } from "../tensor.js";
import { momentsOf } from "./moments.js";
import { pace } from "./pace.js";
import type { ExperimentOptions, Stage } from "./stage.js";

/** The mean of the batches, unless the controls have another. */
export const TRUE_MEAN = 1;
/** The variance of the batches. */
export const TRUE_VARIANCE = 4;

/** What may be changed while `runningStats` compares momenta. */
export interface RunningStatsControls {
  /** Replaces the first one of `momenta`: its layer goes on from the statistics that it has. */
  momentum?: number | null;
  /** Replaces `batch`. */
  batch?: number;
  /** Replaces the mean of the batches, `TRUE_MEAN`. */
  mean?: number;
}

/** Mean and variance after each step. */
export interface MomentumCurve {
  momentum: number | null;
  mean: number[];
  variance: number[];
}

/** A batch, and what is kept of it and of those before it. */
export interface BatchSeen {
  /** Mean and unbiased variance of the batch itself, and the mean that it was drawn with. */
  mean: number;
  variance: number;
  trueMean: number;
  /** The running statistics after it, in the order of `momenta`. */
  running: { mean: number; variance: number }[];
}

/** Shows batches to layers that differ in their momentum. */
export async function* overSteps(
  { momenta, steps, batch }: { momenta: readonly (number | null)[]; steps: number; batch: number },
  runtime: Runtime,
  { signal, controls = {} }: ExperimentOptions & { controls?: RunningStatsControls },
): AsyncGenerator<Stage & { batch: BatchSeen }, MomentumCurve[]> {
  const layers = momenta.map((momentum) => new BatchNorm2d(1, { momentum, runtime }));
  const curves = momenta.map((momentum): MomentumCurve => ({ momentum, mean: [], variance: [] }));
  try {
    for (let step = 1; step <= steps; step++) {
      await pace(signal);
      const { momentum = momenta[0], mean: trueMean = TRUE_MEAN } = controls;
      if (layers[0] && layers[0].momentum !== momentum)
        layers[0] = replaced(layers[0], new BatchNorm2d(1, { momentum, runtime }));
      using x = drawBatch(controls.batch ?? batch, runtime, trueMean);
      const running = layers.map((layer, k) => {
        outputOf(layer, x);
        const { runningMean, runningVar } = runningOf(layer);
        const [mean, variance] = [runningMean[0], runningVar[0]];
        curves[k].mean.push(mean);
        curves[k].variance.push(variance);
        return { mean, variance };
      });
      const { mean, unbiased } = momentsOf(x.data);
      const seen = { mean, variance: unbiased, trueMean, running };
      yield { stage: "momenta", step, steps, batch: seen };
    }
  } finally {
    for (const layer of layers) layer.dispose();
  }
  return curves;
}

/** A layer in the place of another one, with its statistics. */
function replaced(old: BatchNorm2d, layer: BatchNorm2d): BatchNorm2d {
  layer.loadStateDict(old.stateDict());
  old.dispose();
  return layer;
}

/** [m, 1, 1, 1]: one channel of normal numbers. */
export function drawBatch(m: number, runtime: Runtime, mean = TRUE_MEAN): Tensor {
  const x = randn([m, 1, 1, 1], { runtime });
  x.data.forEach((value, i) => {
    x.data[i] = mean + Math.sqrt(TRUE_VARIANCE) * value;
  });
  return x;
}

export const outputOf = (layer: BatchNorm2d, x: Tensor): Float32Array =>
  tidy(() => noGrad(() => layer.forward(x).data.slice()));

export const runningOf = ({ runningMean, runningVar }: BatchNorm2d) => ({
  runningMean: [...(runningMean as Tensor).data],
  runningVar: [...(runningVar as Tensor).data],
});
