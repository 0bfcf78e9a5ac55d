import { checkInteger } from "../numbers.js";
import { iterNorm } from "../ops/norm/iter-norm.js";
import { type LayoutOptions, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import { type AnyTensor, type Tensor, tensor, zeros } from "../tensor.js";
import { AffineNorm } from "./affine-norm.js";
import type { LayerOptions } from "./init.js";
import { checkGroups, layerOptions } from "./layer-options.js";

/** Options of `IterNorm`. */
export interface IterNormOptions extends LayerOptions, LayoutOptions {
  /** The number of groups in which channels are whitened; 1 by default. */
  groups?: number;
  /** Number of Newton iterations; 5 by default. */
  iterations?: number;
  /** Added to the diagonal of the covariance; 1e-5 by default. */
  eps?: number;
  /** Weight of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
}

const rules: Rules<IterNormOptions> = {
  groups: "number",
  iterations: "number",
  eps: "number",
  momentum: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Iterative normalisation of [N, C, *]: whitens the channels over the batch.
 * @shape x [N, C, *], mask [N, *] or null → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels, for groups that
 *   do not divide the channels, and when training with one value per channel
 * @source Huang, Zhou, Zhu, Liu, Shao 2019, arXiv 1904.03441
 */
export class IterNorm extends AffineNorm {
  readonly groups: number;
  readonly iterations: number;
  readonly momentum: number;
  readonly runningMean: Tensor;
  readonly runningWhitening: Tensor;

  constructor(numFeatures: number, options: IterNormOptions = {}) {
    const {
      groups = 1,
      iterations = 5,
      eps = 1e-5,
      momentum = 0.1,
      ...own
    } = layerOptions("IterNorm", options, rules);
    checkInteger("IterNorm", "numFeatures", numFeatures);
    checkGroups("IterNorm", groups, numFeatures);
    super({ numFeatures }, { ...own, eps });
    const { runtime } = own;
    this.groups = groups;
    this.iterations = iterations;
    this.momentum = momentum;
    this.runningMean = this.buffer("runningMean", zeros([numFeatures], { runtime }));
    const width = numFeatures / groups;
    const identity = new Float32Array(numFeatures * width).map(
      (_, i) => +((i % (width * width)) % (width + 1) === 0),
    );
    const matrices = tensor(identity, [groups, width, width], { runtime });
    this.runningWhitening = this.buffer("runningWhitening", matrices);
  }

  /** `mask` is [N, *] with 0 at padding; see `iterNorm`. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    const { runningMean, runningWhitening, weight, bias, training, momentum, eps } = this;
    const { groups, iterations, layout } = this;
    this.checkInput(x);
    const own = { groups, iterations, momentum, eps, layout, mask };
    return iterNorm(x, { runningMean, runningWhitening, weight, bias, training, ...own });
  }
}
