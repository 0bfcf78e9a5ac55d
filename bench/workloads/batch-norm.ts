import { batchNorm } from "../../src/ops/norm/batch-norm.js";
import { type Shape, sizeOf } from "../../src/tensor.js";
import { plainChannelNorm, plainNormalize, updateRunning } from "../plain/channel-norm.js";
import type { PlainNorm } from "../plain/norm.js";
import { leaf, values } from "../workload.js";
import { type ForwardCase, forwardRow, type NormCase, normRows } from "./norm.js";

const eps = 1e-5;
const shapes: Shape[] = [
  [64, 16],
  [64, 128, 16, 16],
];
const sizes = (shape: Shape) => ({
  batch: shape[0],
  channels: shape[1],
  length: sizeOf(shape.slice(2)),
});
const runningMean = (channels: number) => values([channels], 5, 0.5);
const runningVar = (channels: number) => values([channels], 6, 0.2, 1);
const runningLeaves = (channels: number) => ({
  runningMean: { shape: [channels], data: runningMean(channels) },
  runningVar: { shape: [channels], data: runningVar(channels) },
});

const training: NormCase = {
  name: "batchNorm training",
  op: "batchNorm",
  options: { training: true, eps },
  running: runningLeaves,
  tiny: [5, 3, 3, 7],
  features: (shape) => shape[1],
  // Operations an element. Forward: mean 1, variance 3, result 3. Backward: normalized 2, dWeight 2, dBias 1, dx 4.
  flops: [7, 9],
  ours(runtime, shape) {
    const { channels } = sizes(shape);
    const running = {
      runningMean: leaf(runtime, [channels], runningMean(channels)),
      runningVar: leaf(runtime, [channels], runningVar(channels)),
    };
    return (x, weight, bias) => batchNorm(x, { ...running, weight, bias, training: true, eps });
  },
  plain: (shape) => plainTraining(shape),
};

function plainTraining(shape: Shape): PlainNorm {
  const { batch, channels, length } = sizes(shape);
  const norm = plainChannelNorm({ batch, channels, length, groups: 0 }, eps);
  const running = { mean: runningMean(channels), variance: runningVar(channels) };
  return {
    forward(x, weight, bias) {
      const y = norm.forward(x, weight, bias);
      updateRunning(running, norm.means, norm.variances, batch * length);
      return y;
    },
    backward: norm.backward,
  };
}

const evaluation: ForwardCase = {
  name: "batchNorm eval",
  op: "batchNorm",
  options: { training: false, eps },
  running: runningLeaves,
  tiny: training.tiny,
  features: training.features,
  flops: [2, 0],
  ours(runtime, shape) {
    const { channels } = sizes(shape);
    const running = {
      runningMean: leaf(runtime, [channels], runningMean(channels)),
      runningVar: leaf(runtime, [channels], runningVar(channels)),
    };
    return (x, weight, bias) => batchNorm(x, { ...running, weight, bias, training: false, eps });
  },
  plain(shape) {
    const { channels, length } = sizes(shape);
    const y = new Float32Array(sizeOf(shape));
    const mean = runningMean(channels);
    const variance = runningVar(channels);
    return {
      forward(x, weight, bias) {
        plainNormalize(y, x, mean, variance, weight, bias, length, eps);
        return y;
      },
    };
  },
};

export const batchNormRows = [
  ...normRows(training, shapes),
  ...shapes.map((shape) => forwardRow(evaluation, shape)),
];
