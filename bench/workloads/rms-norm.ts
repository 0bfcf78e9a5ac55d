import { rmsNorm } from "../../src/ops/norm/rms-norm.js";
import { plainRowNorm } from "../plain/row-norm.js";
import { normRows } from "./norm.js";

export const rmsNormRows = normRows(
  {
    name: "rmsNorm",
    op: "rmsNorm",
    options: { eps: 1e-6 },
    tiny: [3, 19],
    features: (shape) => shape[1],
    hasBias: false,
    // Operations an element. Forward: square 2, result 2. Backward: normalized 1, dWeight 2, the mean 3, dx 3.
    flops: [4, 9],
    ours: () => (x, weight) => rmsNorm(x, [x.shape[1]], { weight, eps: 1e-6 }),
    plain: (shape) => plainRowNorm(shape, 1e-6, false),
  },
  [
    [1, 768],
    [1600, 512],
  ],
);
