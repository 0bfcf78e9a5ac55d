import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { type LayoutOptions, layouts } from "./layout.js";
import { normOverChannels } from "./over-channels.js";

/** Options of `rmsNorm2d`. */
export interface RMSNorm2dOptions extends LayoutOptions {
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Added to the mean square; 1e-6 by default. */
  eps?: number;
}

const rules: Rules<RMSNorm2dOptions> = { weight: "Tensor|null", eps: "number", layout: layouts };

/**
 * RMS norm of x [N, C, ...] over the channels of each position, like timm's RmsNorm2d; weight [C], eps = 1e-6 as there.
 * @shape x [N, C, ...], weight [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes
 * @source Zhang, Sennrich 2019, arXiv 1910.07467
 */
export function rmsNorm2d(x: Tensor, options: RMSNorm2dOptions = {}): Tensor {
  const { weight, eps = 1e-6, layout } = checkOptions("rmsNorm2d", options, rules);
  return normOverChannels("rmsNorm2d", x, { weight, eps, layout, centre: false });
}
