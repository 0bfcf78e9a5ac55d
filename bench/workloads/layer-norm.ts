import { layerNorm } from "../../src/ops/layer-norm.js";
import { plainRowNorm } from "../plain/row-norm.js";
import { normRows } from "./norm.js";

export const layerNormRows = normRows(
  {
    name: "layerNorm",
    op: "layerNorm",
    options: { eps: 1e-5 },
    tiny: [3, 19],
    features: (shape) => shape[1],
    ours: () => (x, weight, bias) => layerNorm(x, [x.shape[1]], { weight, bias }),
    plain: (shape) => plainRowNorm(shape, 1e-5),
  },
  [
    [1, 768],
    [1600, 512],
    [2048, 4096],
  ],
);
