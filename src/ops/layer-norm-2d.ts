import type { Tensor } from "../tensor.js";
import { axisNorm } from "./axis-norm.js";
import { checkNumber, checkSameRuntime, checkShape, checkTensor } from "./check.js";
import { channelShape, channelsLast, type LayoutOptions } from "./layout.js";
import { rowNorm } from "./row-norm.js";

export interface LayerNorm2dOptions extends LayoutOptions {
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
  { weight, bias, eps = 1e-6, layout }: LayerNorm2dOptions = {},
): Tensor {
  const op = "layerNorm2d";
  checkTensor(op, "input", x);
  const last = channelsLast(op, layout);
  const [, channels, ...space] = channelShape(op, x, last);
  checkShape(op, "weight", weight, [channels]);
  checkShape(op, "bias", bias, [channels]);
  checkSameRuntime(op, x, weight, bias);
  checkNumber(op, "eps", eps);
  if (last || space.length === 0)
    return rowNorm(op, x, [channels], { weight, bias, eps, centre: true });
  return axisNorm(op, x, 1, 2, { statistic: "moments", eps, weight, bias });
}
