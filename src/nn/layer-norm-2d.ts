import { layerNorm2d } from "../ops/norm/layer-norm-2d.js";
import { type LayoutOptions, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { AffineNorm, affineStart } from "./affine-norm.js";
import type { LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { refuseMask } from "./refuse-mask.js";

/** Options of `LayerNorm2d`. */
export interface LayerNorm2dOptions extends LayerOptions, LayoutOptions {
  /** Added to the variance; 1e-6 by default. */
  eps?: number;
  /** Whether the layer has a scale and a shift; true by default. */
  affine?: boolean;
}

const rules: Rules<LayerNorm2dOptions> = {
  eps: "number",
  affine: "boolean",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Layer norm over the channels of each position of [N, C, *], as in ConvNeXt.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels; TypeError for a
 *   mask
 * @source Ba, Kiros, Hinton 2016, arXiv 1607.06450; ConvNeXt, arXiv 2201.03545
 */
export class LayerNorm2d extends AffineNorm<Tensor | null> {
  constructor(numChannels: number, options: LayerNorm2dOptions = {}) {
    const { eps = 1e-6, affine = true, ...own } = layerOptions("LayerNorm2d", options, rules);
    super({ numChannels }, { ...own, eps }, affineStart(affine));
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { weight, bias, eps, layout } = this;
    this.checkInput(x);
    return layerNorm2d(x, { weight, bias, eps, layout });
  }
}
