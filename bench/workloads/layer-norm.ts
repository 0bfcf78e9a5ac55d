import { layerNorm } from "../../src/ops/norm/layer-norm.js";
import { plainRowNorm } from "../plain/row-norm.js";
import { type NormCase, normRows, recordedRow } from "./norm.js";

const norm: NormCase = {
  name: "layerNorm",
  op: "layerNorm",
  options: { eps: 1e-5 },
  tiny: [3, 19],
  features: (shape) => shape[1],
  // Operations an element. Forward: mean 1, variance 3, result 4. Backward: normalized 2, dWeight 2, dBias 1, the two
  // means 4, dx 4.
  flops: [8, 13],
  ours: () => (x, weight, bias) => layerNorm(x, [x.shape[1]], { weight, bias }),
  plain: (shape) => plainRowNorm(shape, 1e-5),
};

export const layerNormRows = [
  recordedRow(norm, [1, 768]),
  ...normRows(norm, [
    [1, 768],
    [1600, 512],
    [2048, 4096],
  ]),
];
