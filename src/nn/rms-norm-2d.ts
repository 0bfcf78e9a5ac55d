import { type LayoutOptions, layouts } from "../ops/norm/layout.js";
import { rmsNorm2d } from "../ops/norm/rms-norm-2d.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { AffineNorm } from "./affine-norm.js";
import type { LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { refuseMask } from "./refuse-mask.js";

export interface RMSNorm2dOptions extends LayerOptions, LayoutOptions {
  eps?: number;
}

const rules: Rules<RMSNorm2dOptions> = { eps: "number", layout: layouts, runtime: "Runtime" };

/** RMS norm over the channels of each position of [N, C, *], arXiv 1910.07467. eps is 1e-6, as in timm. */
export class RMSNorm2d extends AffineNorm<Tensor, null> {
  constructor(numChannels: number, options: RMSNorm2dOptions = {}) {
    const { eps = 1e-6, ...own } = layerOptions("RMSNorm2d", options, rules);
    super({ numChannels }, { ...own, eps }, { bias: null });
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { weight, eps, layout } = this;
    this.checkInput(x);
    return rmsNorm2d(x, { weight, eps, layout });
  }
}
