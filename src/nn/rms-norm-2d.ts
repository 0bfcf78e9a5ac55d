import { checkInteger } from "../numbers.js";
import { type Layout, type LayoutOptions, layouts } from "../ops/norm/layout.js";
import { rmsNorm2d } from "../ops/norm/rms-norm-2d.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

export interface RMSNorm2dOptions extends LayerOptions, LayoutOptions {
  eps?: number;
}

const rules: Rules<RMSNorm2dOptions> = { eps: "number", layout: layouts, runtime: "Runtime" };

/** RMS norm over the channels of each position of [N, C, *], arXiv 1910.07467; eps = 1e-6 as in timm. */
export class RMSNorm2d extends Module {
  readonly eps: number;
  readonly layout: Layout;
  readonly weight: Tensor;

  constructor(numChannels: number, options: RMSNorm2dOptions = {}) {
    super();
    const { eps = 1e-6, layout = "nchw", runtime } = layerOptions("RMSNorm2d", options, rules);
    checkInteger("RMSNorm2d", "numChannels", numChannels);
    this.eps = eps;
    this.layout = layout;
    this.weight = constant([numChannels], 1, runtime);
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { weight, eps, layout } = this;
    checkChannels(this, x, weight.size, layout);
    return rmsNorm2d(x, { weight, eps, layout });
  }
}
