import { checkInteger } from "../numbers.js";
import { evonormB0 } from "../ops/norm/evonorm-b0.js";
import { evonormS0 } from "../ops/norm/evonorm-s0.js";
import { type LayoutOptions, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import { ones, type Tensor } from "../tensor.js";
import { AffineNorm, type AffineNormOptions } from "./affine-norm.js";
import { constant, type LayerOptions } from "./init.js";
import { checkGroups, layerOptions } from "./layer-options.js";
import { refuseMask } from "./refuse-mask.js";

/**
 * Base of both EvoNorms, Liu, Brock, Simonyan & Le 2020, arXiv 2004.02967: scale, shift and the activation's slope v.
 */
abstract class EvoNorm extends AffineNorm {
  readonly v: Tensor;

  constructor(numFeatures: number, options: AffineNormOptions) {
    super({ numFeatures }, options);
    this.v = constant([numFeatures], 1, options.runtime);
  }
}

/** Options of `EvoNormB0`. */
export interface EvoNormB0Options extends LayerOptions, LayoutOptions {
  /** Added to both variances; 1e-3 by default, as in timm. */
  eps?: number;
  /** Weight of the new value in the running variance; 0.1 by default. */
  momentum?: number;
}

const b0Rules: Rules<EvoNormB0Options> = {
  eps: "number",
  momentum: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * EvoNorm-B0 of [N, C, *], by the deviations of batch and instance. It contains an activation, so add none after it.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels, and when
 *   training with one value per channel; TypeError for a mask
 * @source Liu, Brock, Simonyan, Le 2020, arXiv 2004.02967
 */
export class EvoNormB0 extends EvoNorm {
  readonly momentum: number;
  readonly runningVar: Tensor;

  constructor(numFeatures: number, options: EvoNormB0Options = {}) {
    const { eps = 1e-3, momentum = 0.1, ...own } = layerOptions("EvoNormB0", options, b0Rules);
    super(numFeatures, { ...own, eps });
    this.momentum = momentum;
    const { runtime } = own;
    this.runningVar = this.buffer("runningVar", ones([numFeatures], { runtime }));
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { v, weight, bias, runningVar, training, momentum, eps, layout } = this;
    this.checkInput(x);
    return evonormB0(x, { v, weight, bias, runningVar, training, momentum, eps, layout });
  }
}

/** Options of `EvoNormS0`. */
export interface EvoNormS0Options extends LayerOptions, LayoutOptions {
  /** The number of groups of channels; 32 by default. */
  groups?: number;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
}

const s0Rules: Rules<EvoNormS0Options> = {
  groups: "number",
  eps: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * EvoNorm-S0 of [N, C, *], by the deviation of each group of a sample. It contains an activation, so add none after it.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels, and for groups
 *   that do not divide the channels; TypeError for a mask
 * @source Liu, Brock, Simonyan, Le 2020, arXiv 2004.02967
 */
export class EvoNormS0 extends EvoNorm {
  readonly groups: number;

  constructor(numFeatures: number, options: EvoNormS0Options = {}) {
    const { groups = 32, eps = 1e-5, ...own } = layerOptions("EvoNormS0", options, s0Rules);
    checkInteger("EvoNormS0", "numFeatures", numFeatures);
    checkGroups("EvoNormS0", groups, numFeatures);
    super(numFeatures, { ...own, eps });
    this.groups = groups;
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { v, weight, bias, eps, layout } = this;
    this.checkInput(x);
    return evonormS0(x, this.groups, { v, weight, bias, eps, layout });
  }
}
