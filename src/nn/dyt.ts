import { checkFinite, checkInteger } from "../numbers.js";
import { derf } from "../ops/norm/derf.js";
import { dyt } from "../ops/norm/dyt.js";
import { type Layout, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

/** Options of `DyT` and `Derf`. */
export interface DyTOptions extends LayerOptions {
  /** The first value of alpha; 0.5 by default. */
  alpha?: number;
  /** The axis of the features: the last one ("nhwc", default) or axis 1 of [N, C, *] ("nchw"). */
  layout?: Layout;
}

const rules: Rules<DyTOptions> = { alpha: "number", layout: layouts, runtime: "Runtime" };

/**
 * Dynamic tanh, which replaces a norm: tanh(alpha·x)·weight + bias.
 * @shape x [..., C] → [..., C], or with `layout` "nchw" [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels; TypeError for a
 *   mask
 * @source Zhu, Chen, He, LeCun, Liu 2025, arXiv 2503.10622
 */
export class DyT extends Module {
  readonly alpha: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly layout: Layout;

  constructor(numFeatures: number, options: DyTOptions = {}) {
    super();
    layerOptions(this.constructor.name, options, rules);
    const { alpha = 0.5, layout = "nhwc", runtime } = options;
    checkInteger(this.constructor.name, "numFeatures", numFeatures);
    checkFinite(this.constructor.name, "alpha", alpha);
    this.alpha = constant([1], alpha, runtime);
    this.weight = constant([numFeatures], 1, runtime);
    this.bias = constant([numFeatures], 0, runtime);
    this.layout = layout;
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { weight, bias, layout } = this;
    checkChannels(this, x, weight.size, layout);
    return dyt(x, this.alpha, { weight, bias, layout });
  }
}

/**
 * Dynamic erf, which replaces a norm: erf(alpha·x + shift)·weight + bias.
 * @shape x [..., C] → [..., C], or with `layout` "nchw" [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels; TypeError for a
 *   mask
 * @source Chen, Lu, Zhu, Sun, Liu 2025, arXiv 2512.10938
 */
export class Derf extends DyT {
  readonly shift: Tensor;

  constructor(numFeatures: number, options: DyTOptions = {}) {
    super(numFeatures, options);
    this.shift = constant([1], 0, options.runtime);
  }

  override forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { shift, weight, bias, layout } = this;
    checkChannels(this, x, weight.size, layout);
    return derf(x, this.alpha, { shift, weight, bias, layout });
  }
}
