import { show, type Tensor } from "../tensor.js";
import { axisNorm } from "./axis-norm.js";
import { checkNumber, checkSameRuntime, checkShape, checkTensor } from "./check.js";

export interface RMSNorm2dOptions {
  weight?: Tensor | null;
  eps?: number;
}

/**
 * RMS norm (Zhang, Sennrich 2019, arXiv 1910.07467) of x [N, C, ...] over the channels of each position, as timm's RmsNorm2d;
 * weight [C], eps = 1e-6 as there. Throws RangeError on wrong shapes.
 */
export function rmsNorm2d(x: Tensor, { weight, eps = 1e-6 }: RMSNorm2dOptions = {}): Tensor {
  const op = "rmsNorm2d";
  checkTensor(op, "input", x);
  if (x.shape.length < 2)
    throw new RangeError(`${op}: expected input of shape [N, C, ...], got ${show(x.shape)}`);
  checkShape(op, "weight", weight, [x.shape[1]]);
  checkSameRuntime(op, x, weight);
  checkNumber(op, "eps", eps);
  return axisNorm(op, x, 1, 2, { statistic: "rms", eps, weight });
}
