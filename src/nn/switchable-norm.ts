import { type LayoutOptions, layouts } from "../ops/norm/layout.js";
import { switchableNorm } from "../ops/norm/switchable-norm.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { refuseMask } from "./refuse-mask.js";
import { RunningNorm } from "./running-norm.js";

export interface SwitchableNormOptions extends LayerOptions, LayoutOptions {
  eps?: number;
  /** Weight of the new value in the running statistics. (The authors' 0.9 is the weight of the old value.) */
  momentum?: number;
  /** Start with weight 0, for the last norm of a residual branch. */
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
 * Switchable normalisation of [N, C, *], Luo et al. 2018, arXiv 1806.10779: a learned mix of instance, layer and batch
 * norm.
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
