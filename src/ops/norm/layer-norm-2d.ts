import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { type LayoutOptions, layouts } from "./layout.js";
import { normOverChannels } from "./over-channels.js";

/** Options of `layerNorm2d`. */
export interface LayerNorm2dOptions extends LayoutOptions {
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Added to the variance; 1e-6 by default. */
  eps?: number;
}

const rules: Rules<LayerNorm2dOptions> = {
  weight: "Tensor|null",
  bias: "Tensor|null",
  eps: "number",
  layout: layouts,
};

/**
 * Layer norm of x [N, C, ...] over the channels of each position, as in ConvNeXt but without its two permutations;
 * eps = 1e-6 as there.
 * @shape x [N, C, ...], weight [C] or null, bias [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes
 * @source Ba, Kiros, Hinton 2016, arXiv 1607.06450; ConvNeXt, arXiv 2201.03545
 */
export function layerNorm2d(x: Tensor, options: LayerNorm2dOptions = {}): Tensor {
  const { weight, bias, eps = 1e-6, layout } = checkOptions("layerNorm2d", options, rules);
  return normOverChannels("layerNorm2d", x, { weight, bias, eps, layout, centre: true });
}
