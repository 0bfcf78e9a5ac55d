import { show, type Tensor } from "../tensor.js";
import { axisNorm } from "./axis-norm.js";
import { checkNumber, checkSameRuntime, checkShape, checkTensor } from "./check.js";

export interface LayerNorm2dOptions {
  weight?: Tensor | null;
  bias?: Tensor | null;
  eps?: number;
}

/**
 * Layer norm (Ba, Kiros, Hinton 2016, arXiv 1607.06450) of x [N, C, ...] over the channels of each position, as in ConvNeXt
 * (arXiv 2201.03545) without its two permutations; weight and bias [C], eps = 1e-6 as there. Throws RangeError on wrong shapes.
 */
export function layerNorm2d(
  x: Tensor,
  { weight, bias, eps = 1e-6 }: LayerNorm2dOptions = {},
): Tensor {
  const op = "layerNorm2d";
  checkTensor(op, "input", x);
  if (x.shape.length < 2)
    throw new RangeError(`${op}: expected input of shape [N, C, ...], got ${show(x.shape)}`);
  checkShape(op, "weight", weight, [x.shape[1]]);
  checkShape(op, "bias", bias, [x.shape[1]]);
  checkSameRuntime(op, x, weight, bias);
  checkNumber(op, "eps", eps);
  return axisNorm(op, x, 1, 2, { statistic: "moments", eps, weight, bias });
}
