import { layerNorm2d } from "../ops/norm/layer-norm-2d.js";
import { type LayoutOptions, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { AffineNorm, affineStart } from "./affine-norm.js";
import type { LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { refuseMask } from "./refuse-mask.js";

export interface LayerNorm2dOptions extends LayerOptions, LayoutOptions {
  eps?: number;
  affine?: boolean;
}

const rules: Rules<LayerNorm2dOptions> = {
  eps: "number",
  affine: "boolean",
  layout: layouts,
  runtime: "Runtime",
};

/** Layer norm over the channels of each position of [N, C, *]. eps is 1e-6, as in ConvNeXt, arXiv 2201.03545. */
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
