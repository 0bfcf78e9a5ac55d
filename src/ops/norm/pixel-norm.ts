import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { type LayoutOptions, layouts } from "./layout.js";
import { normOverChannels } from "./over-channels.js";

/** Options of `pixelNorm`. */
export interface PixelNormOptions extends LayoutOptions {
  /** Added to the mean square; 1e-8 by default. */
  eps?: number;
}

/** @internal The layer uses them too. */
export const pixelNormRules: Rules<PixelNormOptions> = { eps: "number", layout: layouts };

/**
 * Pixel norm of x [N, C, ...]: x/√(mean(x²) + eps) over the channels of each position; eps = 1e-8.
 * @shape x [N, C, ...] → [N, C, ...]
 * @throws RangeError for less than 2 dimensions
 * @source Karras et al. 2017, ProGAN, arXiv 1710.10196
 */
export function pixelNorm(x: Tensor, options: PixelNormOptions = {}): Tensor {
  const { eps = 1e-8, layout } = checkOptions("pixelNorm", options, pixelNormRules);
  return normOverChannels("pixelNorm", x, { eps, layout, centre: false });
}
