import { show, type Tensor } from "../tensor.js";
import { axisNorm } from "./axis-norm.js";
import { checkNumber, checkTensor } from "./check.js";

/**
 * Pixel norm (Karras et al. 2017, ProGAN, arXiv 1710.10196) of x [N, C, ...]: x/√(mean(x²) + eps) over the channels of each
 * position; eps = 1e-8. Throws RangeError for less than 2 dimensions.
 */
export function pixelNorm(x: Tensor, { eps = 1e-8 }: { eps?: number } = {}): Tensor {
  checkTensor("pixelNorm", "input", x);
  if (x.shape.length < 2)
    throw new RangeError(`pixelNorm: expected input of shape [N, C, ...], got ${show(x.shape)}`);
  checkNumber("pixelNorm", "eps", eps);
  return axisNorm("pixelNorm", x, 1, 2, { statistic: "rms", eps });
}
