import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { type LayoutOptions, layouts } from "./layout.js";
import { normOverChannels } from "./over-channels.js";

export interface LayerNorm2dOptions extends LayoutOptions {
  weight?: Tensor | null;
  bias?: Tensor | null;
  eps?: number;
}

const rules: Rules<LayerNorm2dOptions> = {
  weight: "Tensor|null",
  bias: "Tensor|null",
  eps: "number",
  layout: layouts,
};

/**
 * Layer norm (Ba, Kiros, Hinton 2016, arXiv 1607.06450) of x [N, C, ...] over the channels of each position, as in
 * ConvNeXt (arXiv 2201.03545) but without its two permutations; weight and bias [C], eps = 1e-6 as there. Throws
 * RangeError on wrong shapes.
 */
export function layerNorm2d(x: Tensor, options: LayerNorm2dOptions = {}): Tensor {
  const { weight, bias, eps = 1e-6, layout } = checkOptions("layerNorm2d", options, rules);
  return normOverChannels("layerNorm2d", x, { weight, bias, eps, layout, centre: true });
}
