import { groupNorm } from "../../src/ops/norm/group-norm.js";
import { sizeOf } from "../../src/tensor.js";
import { plainChannelNorm } from "../plain/channel-norm.js";
import { normRows } from "./norm.js";

const groups = 32;

export const groupNormRows = normRows(
  {
    name: `groupNorm(${groups})`,
    op: "groupNorm",
    options: { groups, eps: 1e-5 },
    tiny: [2, 64, 3, 3],
    features: (shape) => shape[1],
    // Operations an element. Forward: mean 1, variance 3, result 3. Backward: normalized 2, dWeight 2, dBias 1, dx 4.
    flops: [7, 9],
    ours: () => (x, weight, bias) => groupNorm(x, groups, { weight, bias }),
    plain: (shape) => {
      const [batch, channels] = shape;
      const length = sizeOf(shape.slice(2));
      return plainChannelNorm({ batch, channels, length, groups }, 1e-5);
    },
  },
  [
    [1, 64, 8, 8],
    [2, 256, 56, 56],
  ],
);
