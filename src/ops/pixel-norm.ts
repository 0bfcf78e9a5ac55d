import type { Tensor } from "../tensor.js";
import { axisNorm } from "./axis-norm.js";
import { checkNumber, checkTensor } from "./check.js";
import { channelShape, channelsLast, type LayoutOptions } from "./layout.js";
import { rowNorm } from "./row-norm.js";

export interface PixelNormOptions extends LayoutOptions {
  eps?: number;
}

/**
 * Pixel norm (Karras et al. 2017, ProGAN, arXiv 1710.10196) of x [N, C, ...]: x/√(mean(x²) + eps) over the channels of each
 * position; eps = 1e-8. Throws RangeError for less than 2 dimensions.
 */
export function pixelNorm(x: Tensor, { eps = 1e-8, layout }: PixelNormOptions = {}): Tensor {
  checkTensor("pixelNorm", "input", x);
  const last = channelsLast("pixelNorm", layout);
  const [, channels, ...space] = channelShape("pixelNorm", x, last);
  checkNumber("pixelNorm", "eps", eps);
  if (last || space.length === 0)
    return rowNorm("pixelNorm", x, [channels], { weight: null, bias: null, eps, centre: false });
  return axisNorm("pixelNorm", x, 1, 2, { statistic: "rms", eps });
}
