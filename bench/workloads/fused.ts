import { noGrad } from "../../src/autograd.js";
import { adaIN } from "../../src/ops/norm/ada-in.js";
import { dyt } from "../../src/ops/norm/dyt.js";
import { evonormS0 } from "../../src/ops/norm/evonorm-s0.js";
import { frn } from "../../src/ops/norm/frn.js";
import { instanceNorm } from "../../src/ops/norm/instance-norm.js";
import { addLayerNorm, layerNorm } from "../../src/ops/norm/layer-norm.js";
import { localResponseNorm } from "../../src/ops/norm/local-response-norm.js";
import { slice } from "../../src/ops/shape/slice.js";
import { type Shape, sizeOf, type Tensor } from "../../src/tensor.js";
import { leaf, ROUNDING, values, type Workload } from "../workload.js";

/** y from x, another tensor of its shape, and three parameters with one number for each feature. */
type Fused = (x: Tensor, other: Tensor, parameters: [Tensor, Tensor, Tensor]) => Tensor;

/**
 * The forward row of one method. `tensors` tensors of x's size pass through memory, and each element takes `flops`
 * operations.
 */
function row(
  name: string,
  [tensors, flops]: readonly [number, number],
  shape: Shape,
  tiny: Shape,
  op: Fused,
): Workload {
  return {
    name: `${name} forward`,
    shape,
    tiny,
    cost: (shape) => ({ bytes: 4 * tensors * sizeOf(shape), flops: flops * sizeOf(shape) }),
    tolerance: ROUNDING,
    ours(runtime, shape) {
      const [x, other] = [1, 2].map((seed) => leaf(runtime, shape, values(shape, seed, 2, 0.5)));
      const parameters = [3, 4, 5].map((seed) =>
        leaf(runtime, [shape[1]], values([shape[1]], seed, 0.2, 1)),
      ) as [Tensor, Tensor, Tensor];
      return { run: () => noGrad(() => [op(x, other, parameters)]) };
    },
  };
}

type Row = [name: string, cost: readonly [number, number], op: Fused];

/** Each method stands beside the plain norm of its shape, which comes first. */
const rows: Row[] = [
  [
    "layerNorm (as below)",
    [2, 8],
    (x, _, [weight, bias]) => layerNorm(x, [x.shape[1]], { weight, bias }),
  ],
  [
    "addLayerNorm",
    [4, 9],
    (x, other, [weight, bias]) => addLayerNorm(x, other, [x.shape[1]], { weight, bias }).output,
  ],
  ...(["relu", "gelu", "silu"] as const).map(
    (activation): Row => [
      `layerNorm + ${activation}`,
      [2, { relu: 9, gelu: 40, silu: 29 }[activation]],
      (x, _, [weight, bias]) => layerNorm(x, [x.shape[1]], { weight, bias, activation }),
    ],
  ),
  ["dyt", [2, 36], (x, _, [weight, bias, v]) => dyt(x, slice(v, 0, 0, 1), { weight, bias })],
];
const planes: Row[] = [
  ["instanceNorm (as below)", [2, 8], (x, _, [weight, bias]) => instanceNorm(x, { weight, bias })],
  ["frn + tlu", [2, 6], (x, _, [weight, bias, tau]) => frn(x, { weight, bias, tau })],
  ["adaIN", [3, 11], (x, other) => adaIN(x, other)],
  ["localResponseNorm(5)", [2, 17], (x) => localResponseNorm(x, 5)],
  ["evonormS0(8)", [2, 30], (x, _, [weight, bias, v]) => evonormS0(x, 8, { v, weight, bias })],
];

export const fusedRows = [
  ...rows.map(([name, cost, op]) => row(name, cost, [1600, 512], [3, 19], op)),
  ...planes.map(([name, cost, op]) => row(name, cost, [4, 64, 56, 56], [2, 16, 3, 3], op)),
];
