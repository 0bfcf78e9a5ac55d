// Norms that go down columns: channels last, and norms over channels on the second axis.
import { batchNorm } from "../../src/ops/norm/batch-norm.js";
import { layerNorm2d } from "../../src/ops/norm/layer-norm-2d.js";
import { normalize } from "../../src/ops/norm/normalize.js";
import { type Shape, sizeOf } from "../../src/tensor.js";
import { plainChannelNorm } from "../plain/channel-norm.js";
import type { Workload } from "../workload.js";
import { forwardRow, type NormCase, trainingRow } from "./norm.js";

const eps = 1e-5;
const last = (shape: Shape) => shape[shape.length - 1];

const batchNormNhwc: NormCase = {
  name: "batchNorm training, nhwc",
  op: "batchNorm",
  options: { training: true, eps },
  tiny: [5, 3, 7, 6],
  features: last,
  flops: [7, 9],
  ours: () => (x, weight, bias) =>
    batchNorm(x, { weight, bias, training: true, eps, layout: "nhwc" }),
  plain: (shape) => {
    const channels = last(shape);
    const batch = sizeOf(shape) / channels;
    return plainChannelNorm({ batch, channels, length: 1, groups: 0 }, eps);
  },
};

const overChannels: NormCase = {
  ...batchNormNhwc,
  name: "layerNorm2d",
  tiny: [2, 5, 3, 7],
  features: (shape) => shape[1],
  flops: [8, 13],
  ours: () => (x, weight, bias) => layerNorm2d(x, { weight, bias, eps }),
};

const unitNorm: NormCase = {
  ...overChannels,
  name: "normalize(dim 1)",
  // Operations an element: the sum of squares 2, the quotient 1.
  flops: [3, 0],
  ours: () => (x) => normalize(x),
};

/** A row that other libraries do not run: they express it in other ways. */
const own = ({ program: _, ...row }: Workload): Workload => row;
/** A row that neither other libraries nor plain loops run. */
const alone = ({ plain: _, ...row }: Workload): Workload => own(row);

export const layoutRows: Workload[] = [
  own(forwardRow(batchNormNhwc, [64, 16, 16, 128])),
  own(trainingRow(batchNormNhwc, [64, 16, 16, 128])),
  alone(forwardRow(overChannels, [32, 64, 32, 32])),
  alone(trainingRow(overChannels, [32, 64, 32, 32])),
  alone(forwardRow(unitNorm, [32, 64, 32, 32])),
];
