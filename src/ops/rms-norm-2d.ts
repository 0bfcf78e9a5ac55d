import type { Tensor } from "../tensor.js";
import type { LayoutOptions } from "./layout.js";
import { positionNorm } from "./position-norm.js";

export interface RMSNorm2dOptions extends LayoutOptions {
  weight?: Tensor | null;
  eps?: number;
}

/**
 * RMS norm (Zhang, Sennrich 2019, arXiv 1910.07467) of x [N, C, ...] over the channels of each position, as timm's RmsNorm2d;
 * weight [C], eps = 1e-6 as there. Throws RangeError on wrong shapes.
 */
export function rmsNorm2d(
  x: Tensor,
  { weight, eps = 1e-6, layout }: RMSNorm2dOptions = {},
): Tensor {
  return positionNorm("rmsNorm2d", x, { weight, eps, layout, centre: false });
}
