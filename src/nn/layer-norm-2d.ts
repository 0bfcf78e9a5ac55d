import { checkInteger } from "../numbers.js";
import { layerNorm2d } from "../ops/norm/layer-norm-2d.js";
import { type Layout, type LayoutOptions, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
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

/** Layer norm over the channels of each position of [N, C, *]; eps = 1e-6 as in ConvNeXt, arXiv 2201.03545. */
export class LayerNorm2d extends Module {
  readonly eps: number;
  readonly layout: Layout;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;

  constructor(numChannels: number, options: LayerNorm2dOptions = {}) {
    super();
    const {
      eps = 1e-6,
      affine = true,
      layout = "nchw",
      runtime,
    } = layerOptions("LayerNorm2d", options, rules);
    checkInteger("LayerNorm2d", "numChannels", numChannels);
    this.eps = eps;
    this.layout = layout;
    this.weight = affine ? constant([numChannels], 1, runtime) : null;
    this.bias = affine ? constant([numChannels], 0, runtime) : null;
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { weight, bias, eps, layout } = this;
    checkChannels(this, x, (weight ?? bias)?.size, layout);
    return layerNorm2d(x, { weight, bias, eps, layout });
  }
}
