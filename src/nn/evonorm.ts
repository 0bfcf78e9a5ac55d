import { checkInteger } from "../numbers.js";
import { evonormB0 } from "../ops/norm/evonorm-b0.js";
import { evonormS0 } from "../ops/norm/evonorm-s0.js";
import { type Layout, type LayoutOptions, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import { ones, type Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { checkGroups, layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

/** Scale, shift and the slope v of the activation; Liu, Brock, Simonyan & Le 2020, arXiv 2004.02967. */
abstract class EvoNorm extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly v: Tensor;
  readonly layout: Layout;

  constructor(numFeatures: number, { layout = "nchw", runtime }: LayerOptions & LayoutOptions) {
    super();
    checkInteger(this.constructor.name, "numFeatures", numFeatures);
    this.weight = constant([numFeatures], 1, runtime);
    this.bias = constant([numFeatures], 0, runtime);
    this.v = constant([numFeatures], 1, runtime);
    this.layout = layout;
  }
}

export interface EvoNormB0Options extends LayerOptions, LayoutOptions {
  eps?: number;
  momentum?: number;
}

const b0Rules: Rules<EvoNormB0Options> = {
  eps: "number",
  momentum: "number",
  layout: layouts,
  runtime: "Runtime",
};

/** EvoNorm-B0 of [N, C, *]: batch and instance deviation, no activation needed behind it. */
export class EvoNormB0 extends EvoNorm {
  readonly eps: number;
  readonly momentum: number;
  readonly runningVar: Tensor;

  constructor(numFeatures: number, options: EvoNormB0Options = {}) {
    layerOptions("EvoNormB0", options, b0Rules);
    const { eps = 1e-3, momentum = 0.1, layout, runtime } = options;
    super(numFeatures, { layout, runtime });
    this.eps = eps;
    this.momentum = momentum;
    this.runningVar = this.buffer("runningVar", ones([numFeatures], { runtime }));
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { v, weight, bias, runningVar, training, momentum, eps, layout } = this;
    checkChannels(this, x, weight.size, layout);
    return evonormB0(x, { v, weight, bias, runningVar, training, momentum, eps, layout });
  }
}

export interface EvoNormS0Options extends LayerOptions, LayoutOptions {
  groups?: number;
  eps?: number;
}

const s0Rules: Rules<EvoNormS0Options> = {
  groups: "number",
  eps: "number",
  layout: layouts,
  runtime: "Runtime",
};

/** EvoNorm-S0 of [N, C, *]: the deviation of a sample's groups, no activation needed behind it. */
export class EvoNormS0 extends EvoNorm {
  readonly groups: number;
  readonly eps: number;

  constructor(numFeatures: number, options: EvoNormS0Options = {}) {
    layerOptions("EvoNormS0", options, s0Rules);
    const { groups = 32, eps = 1e-5, layout, runtime } = options;
    checkInteger("EvoNormS0", "numFeatures", numFeatures);
    checkGroups("EvoNormS0", groups, numFeatures);
    super(numFeatures, { layout, runtime });
    this.groups = groups;
    this.eps = eps;
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { v, weight, bias, eps, layout } = this;
    checkChannels(this, x, weight.size, layout);
    return evonormS0(x, this.groups, { v, weight, bias, eps, layout });
  }
}
