import { checkInteger } from "../numbers.js";
import { type LayoutOptions, layouts } from "../ops/norm/layout.js";
import { powerNorm } from "../ops/norm/power-norm.js";
import type { Rules } from "../options.js";
import { ones, type Tensor, zeros } from "../tensor.js";
import { AffineNorm } from "./affine-norm.js";
import { countBatch, counter, type LayerOptions } from "./init.js";
import { checkGroups, layerOptions } from "./layer-options.js";
import { refuseMask } from "./refuse-mask.js";

/** Options of `PowerNorm`. */
export interface PowerNormOptions extends LayerOptions, LayoutOptions {
  /** Added to the mean square; 1e-5 by default. */
  eps?: number;
  /** Weight of the old value in the running mean of squares; 0.9 by default. */
  alphaForward?: number;
  /** Weight of the old value in the running mean of the backward pass; 0.9 by default. */
  alphaBackward?: number;
  /** The number of first steps that use the statistics of the batch itself; 10000 by default. */
  warmUpIterations?: number;
  /**
   * Number of groups of channels. Each position is first divided by the root mean square of its group; the authors'
   * layer has 1 group. null, the default, leaves this division out.
   */
  groups?: number | null;
}

const rules: Rules<PowerNormOptions> = {
  eps: "number",
  alphaForward: "number",
  alphaBackward: "number",
  warmUpIterations: "number",
  groups: "number|null",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Power normalisation of [N, C, *]: by a running mean of squares, also in training.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels, and for groups
 *   that do not divide the channels; TypeError for a mask
 * @source Shen, Yao, Gholami, Mahoney, Keutzer 2020, arXiv 2003.07845
 */
export class PowerNorm extends AffineNorm {
  readonly alphaForward: number;
  readonly alphaBackward: number;
  readonly warmUpIterations: number;
  readonly groups: number | null;
  readonly runningPhi: Tensor;
  readonly emaGz: Tensor;
  readonly iters: Tensor<"int64">;

  constructor(numFeatures: number, options: PowerNormOptions = {}) {
    const {
      eps = 1e-5,
      alphaForward = 0.9,
      alphaBackward = 0.9,
      warmUpIterations = 10000,
      groups = null,
      ...own
    } = layerOptions("PowerNorm", options, rules);
    checkInteger("PowerNorm", "numFeatures", numFeatures);
    if (groups !== null) checkGroups("PowerNorm", groups, numFeatures);
    super({ numFeatures }, { ...own, eps });
    this.alphaForward = alphaForward;
    this.alphaBackward = alphaBackward;
    this.warmUpIterations = warmUpIterations;
    this.groups = groups;
    const { runtime } = own;
    this.runningPhi = this.buffer("runningPhi", ones([numFeatures], { runtime }));
    this.emaGz = this.buffer("emaGz", zeros([numFeatures], { runtime }));
    this.iters = this.buffer("iters", counter(runtime));
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const warmUp = this.iters.item() < this.warmUpIterations;
    const { eps, alphaForward, alphaBackward, weight, bias, runningPhi, emaGz, training } = this;
    const { groups, layout } = this;
    this.checkInput(x);
    const alphas = { alphaForward, alphaBackward, eps, groups, layout };
    return this.asOne(() => {
      const y = powerNorm(x, { ...alphas, weight, bias, runningPhi, emaGz, training, warmUp });
      if (training) countBatch(this.iters);
      return y;
    });
  }
}
