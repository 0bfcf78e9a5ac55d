import { checkInteger } from "../numbers.js";
import { type Layout, type LayoutOptions, layouts } from "../ops/norm/layout.js";
import { switchableNorm } from "../ops/norm/switchable-norm.js";
import type { Rules } from "../options.js";
import { type Tensor, zeros } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

export interface SwitchableNormOptions extends LayerOptions, LayoutOptions {
  eps?: number;
  /** Weight of the new value in the running statistics (the authors' 0.9 is that of the old one). */
  momentum?: number;
  /** Start with weight 0: for the last norm of a residual branch. */
  lastGamma?: boolean;
}

const rules: Rules<SwitchableNormOptions> = {
  eps: "number",
  momentum: "number",
  lastGamma: "boolean",
  layout: layouts,
  runtime: "Runtime",
};

/** Switchable normalisation of [N, C, *], Luo et al. 2018, arXiv 1806.10779: a learned mix of instance, layer and batch norm. */
export class SwitchableNorm extends Module {
  readonly eps: number;
  readonly momentum: number;
  readonly layout: Layout;
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly meanWeight: Tensor;
  readonly varWeight: Tensor;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;

  constructor(numFeatures: number, options: SwitchableNormOptions = {}) {
    super();
    const {
      eps = 1e-5,
      momentum = 0.1,
      lastGamma = false,
      layout = "nchw",
      runtime,
    } = layerOptions("SwitchableNorm", options, rules);
    checkInteger("SwitchableNorm", "numFeatures", numFeatures);
    this.eps = eps;
    this.momentum = momentum;
    this.layout = layout;
    this.weight = constant([numFeatures], lastGamma ? 0 : 1, runtime);
    this.bias = constant([numFeatures], 0, runtime);
    this.meanWeight = constant([3], 1, runtime);
    this.varWeight = constant([3], 1, runtime);
    this.runningMean = this.buffer("runningMean", zeros([numFeatures], { runtime }));
    this.runningVar = this.buffer("runningVar", zeros([numFeatures], { runtime }));
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { runningMean, runningVar, weight, bias, training, momentum, eps, layout } = this;
    checkChannels(this, x, weight.size, layout);
    const own = { runningMean, runningVar, weight, bias, training, momentum, eps, layout };
    return switchableNorm(x, this.meanWeight, this.varWeight, own);
  }
}
