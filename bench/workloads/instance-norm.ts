import { instanceNorm } from "../../src/ops/norm/instance-norm.js";
import { sizeOf } from "../../src/tensor.js";
import { plainChannelNorm } from "../plain/channel-norm.js";
import { normRows } from "./norm.js";

export const instanceNormRows = normRows(
  {
    name: "instanceNorm",
    op: "instanceNorm",
    options: { eps: 1e-5 },
    tiny: [2, 3, 5, 3],
    features: (shape) => shape[1],
    // Operations an element. Forward: mean 1, variance 3, result 3. Backward: normalized 2, dWeight 2, dBias 1, dx 4.
    flops: [7, 9],
    ours: () => (x, weight, bias) => instanceNorm(x, { weight, bias }),
    plain: (shape) => {
      const [batch, channels] = shape;
      const length = sizeOf(shape.slice(2));
      return plainChannelNorm({ batch, channels, length, groups: channels }, 1e-5);
    },
  },
  [
    [1, 16, 8, 8],
    [4, 128, 64, 64],
  ],
);
