import { checkInteger } from "../numbers.js";
import { add } from "../ops/elementwise/add.js";
import {
  conditionalBatchNorm,
  conditionalInstanceNorm,
  film,
} from "../ops/norm/conditional-norm.js";
import { type Layout, type LayoutOptions, layouts } from "../ops/norm/layout.js";
import { embedding } from "../ops/product/embedding.js";
import { slice } from "../ops/shape/slice.js";
import type { Rules } from "../options.js";
import type { AnyTensor, Tensor } from "../tensor.js";
import { AffineNorm } from "./affine-norm.js";
import { checkChannels } from "./channels.js";
import { countBatch, counter, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";
import { RunningNorm } from "./running-norm.js";

/** The style or class of each sample. */
export type Ids = readonly number[] | Int32Array;

/** Options of `ConditionalInstanceNorm`. */
export interface ConditionalNormOptions extends LayerOptions, LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
}

const instanceRules: Rules<ConditionalNormOptions> = {
  eps: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Instance norm of [N, C, *] with a weight and bias for each style.
 * @shape x [N, C, *], styles [N] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels, for a style
 *   that the table does not have, and where an instance has one element; TypeError for a mask
 * @source Dumoulin, Shlens, Kudlur 2016, arXiv 1610.07629
 */
export class ConditionalInstanceNorm extends AffineNorm {
  constructor(numFeatures: number, numStyles: number, options: ConditionalNormOptions = {}) {
    const { eps = 1e-5, ...own } = layerOptions("ConditionalInstanceNorm", options, instanceRules);
    super({ numFeatures, numStyles }, { ...own, eps });
  }

  forward(x: Tensor, styles: Ids, mask?: null): Tensor {
    return this.asOne(() => {
      refuseMask(this, mask);
      this.checkInput(x);
      using weight = embedding(this.weight, styles);
      using bias = embedding(this.bias, styles);
      const { eps, layout } = this;
      return conditionalInstanceNorm(x, weight, bias, { eps, layout });
    });
  }
}

/** Options of `ConditionalBatchNorm`. */
export interface ConditionalBatchNormOptions extends LayerOptions, LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Weight of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
}

const batchRules: Rules<ConditionalBatchNormOptions> = {
  eps: "number",
  momentum: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Batch norm of [N, C, *] with a weight and bias for each class, which are rows of a table. The statistics are those of
 * all samples.
 * @shape x [N, C, *], classes [N], mask [N, *] or null → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels, for a class
 *   that the table does not have, and when training with one value per channel
 * @source de Vries et al. 2017, arXiv 1707.00683; the table: Dumoulin et al. 2016, arXiv 1610.07629, and Miyato, Koyama
 *   2018, arXiv 1802.05637
 */
export class ConditionalBatchNorm extends RunningNorm {
  readonly momentum: number;
  readonly numBatchesTracked: Tensor<"int64">;

  constructor(numFeatures: number, numClasses: number, options: ConditionalBatchNormOptions = {}) {
    const {
      eps = 1e-5,
      momentum = 0.1,
      ...own
    } = layerOptions("ConditionalBatchNorm", options, batchRules);
    super({ numFeatures, numClasses }, { ...own, eps });
    this.momentum = momentum;
    this.numBatchesTracked = this.buffer("numBatchesTracked", counter(own.runtime));
  }

  /** `mask` is [N, *] with 0 at padding; see `conditionalBatchNorm`. */
  forward(x: Tensor, classes: Ids, mask?: AnyTensor | null): Tensor {
    return this.asOne(() => {
      this.checkInput(x);
      using weight = embedding(this.weight, classes);
      using bias = embedding(this.bias, classes);
      const { runningMean, runningVar, training, momentum, eps, layout } = this;
      const options = { runningMean, runningVar, training, momentum, eps, layout, mask };
      const y = conditionalBatchNorm(x, weight, bias, options);
      if (training) countBatch(this.numBatchesTracked);
      return y;
    });
  }
}

const filmRules: Rules<LayerOptions & LayoutOptions> = { layout: layouts, runtime: "Runtime" };

/**
 * Feature-wise linear modulation of [N, C, *] by a condition: x·(1 + γ) + β, where (γ, β) = linear(condition). The 1 is
 * from the authors' code.
 * @shape x [N, C, *], condition [N, conditionFeatures] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels; TypeError for a
 *   mask
 * @source Perez et al. 2017, arXiv 1709.07871
 */
export class FiLM extends Module {
  readonly linear: Linear;
  readonly layout: Layout;

  constructor(
    numFeatures: number,
    conditionFeatures: number,
    options: LayerOptions & LayoutOptions = {},
  ) {
    super();
    const { layout = "nchw", runtime } = layerOptions("FiLM", options, filmRules);
    checkInteger("FiLM", "numFeatures", numFeatures);
    checkInteger("FiLM", "conditionFeatures", conditionFeatures, 0);
    this.linear = new Linear(conditionFeatures, 2 * numFeatures, { runtime });
    this.layout = layout;
  }

  forward(x: Tensor, condition: Tensor, mask?: null): Tensor {
    return this.asOne(() => {
      refuseMask(this, mask);
      checkChannels(this, x, this.linear.weight.shape[0] / 2, this.layout);
      using both = this.linear.forward(condition);
      const channels = both.shape[1] / 2;
      using gamma = slice(both, 1, 0, channels);
      using scale = add(gamma, 1);
      using shift = slice(both, 1, channels);
      return film(x, scale, shift, { layout: this.layout });
    });
  }
}
