import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { type LayoutOptions, layouts } from "./layout.js";
import { normOverChannels } from "./over-channels.js";

export interface RMSNorm2dOptions extends LayoutOptions {
  weight?: Tensor | null;
  eps?: number;
}

const rules: Rules<RMSNorm2dOptions> = { weight: "Tensor|null", eps: "number", layout: layouts };

/**
 * RMS norm (Zhang, Sennrich 2019, arXiv 1910.07467) of x [N, C, ...] over the channels of each position, like timm's
 * RmsNorm2d; weight [C], eps = 1e-6 as there. Throws RangeError on wrong shapes.
 */
export function rmsNorm2d(x: Tensor, options: RMSNorm2dOptions = {}): Tensor {
  const { weight, eps = 1e-6, layout } = checkOptions("rmsNorm2d", options, rules);
  return normOverChannels("rmsNorm2d", x, { weight, eps, layout, centre: false });
}
