import { checkInteger } from "../numbers.js";
import {
  type GlobalResponseNormOptions,
  globalResponseNorm,
} from "../ops/norm/global-response-norm.js";
import { layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

const rules: Rules<GlobalResponseNormOptions & LayerOptions> = {
  eps: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Global response normalisation of [N, C, *], as in ConvNeXt V2. The layer starts as the identity.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels; TypeError for a
 *   mask
 * @source Woo et al. 2023, arXiv 2301.00808
 */
export class GlobalResponseNorm extends Module {
  readonly options: GlobalResponseNormOptions;
  readonly weight: Tensor;
  readonly bias: Tensor;

  constructor(dim: number, options: GlobalResponseNormOptions & LayerOptions = {}) {
    super();
    const { eps = 1e-6, layout, runtime } = layerOptions("GlobalResponseNorm", options, rules);
    checkInteger("GlobalResponseNorm", "dim", dim);
    this.options = { eps, layout };
    this.weight = constant([dim], 0, runtime);
    this.bias = constant([dim], 0, runtime);
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    checkChannels(this, x, this.weight.size, this.options.layout);
    return globalResponseNorm(x, this.weight, this.bias, this.options);
  }
}
