import { type LayoutOptions, layouts } from "../ops/norm/layout.js";
import { switchableNorm } from "../ops/norm/switchable-norm.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { refuseMask } from "./refuse-mask.js";
import { RunningNorm } from "./running-norm.js";

/** Options of `SwitchableNorm`. */
export interface SwitchableNormOptions extends LayerOptions, LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /**
   * Weight of the new value in the running statistics; 0.1 by default. (The authors' 0.9 is the weight of the old
   * value.)
   */
  momentum?: number;
  /** Start with weight 0, for the last norm of a residual branch; false by default. */
  lastGamma?: boolean;
}

const rules: Rules<SwitchableNormOptions> = {
  eps: "number",
  momentum: "number",
  lastGamma: "boolean",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Switchable normalisation of [N, C, *]: a learned mix of instance, layer and batch norm.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels; TypeError for a
 *   mask
 * @source Luo, Ren, Peng, Zhang, Li 2018, arXiv 1806.10779
 */
export class SwitchableNorm extends RunningNorm {
  readonly momentum: number;
  readonly meanWeight: Tensor;
  readonly varWeight: Tensor;

  constructor(numFeatures: number, options: SwitchableNormOptions = {}) {
    const {
      eps = 1e-5,
      momentum = 0.1,
      lastGamma = false,
      ...own
    } = layerOptions("SwitchableNorm", options, rules);
    super({ numFeatures }, { ...own, eps }, { weight: lastGamma ? 0 : 1, variance: 0 });
    this.momentum = momentum;
    this.meanWeight = constant([3], 1, own.runtime);
    this.varWeight = constant([3], 1, own.runtime);
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { runningMean, runningVar, weight, bias, training, momentum, eps, layout } = this;
    this.checkInput(x);
    const own = { runningMean, runningVar, weight, bias, training, momentum, eps, layout };
    return switchableNorm(x, this.meanWeight, this.varWeight, own);
  }
}
