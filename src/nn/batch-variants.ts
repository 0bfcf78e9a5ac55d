// Layers that use the statistics of a batch in another way than BatchNorm does.

import { batchInstanceNorm } from "../ops/norm/batch-instance-norm.js";
import { batchNorm } from "../ops/norm/batch-norm.js";
import { batchRenorm } from "../ops/norm/batch-renorm.js";
import { ghostBatchNorm } from "../ops/norm/ghost-batch-norm.js";
import { type LayoutOptions, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import type { AnyTensor, Tensor } from "../tensor.js";
import { constant, intoUnit, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { RunningNorm } from "./running-norm.js";

/** Options that the variants of batch norm share. */
export interface BatchVariantOptions extends LayerOptions, LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Weight of the new value in the running statistics; 0.1 by default, 0.01 in GhostBatchNorm. */
  momentum?: number;
}

const rules: Rules<BatchVariantOptions> = {
  eps: "number",
  momentum: "number",
  layout: layouts,
  runtime: "Runtime",
};

/** Base of the variants that update their running statistics with a momentum. */
abstract class BatchVariant extends RunningNorm {
  readonly momentum: number;

  constructor(numFeatures: number, options: BatchVariantOptions = {}) {
    const { eps = 1e-5, momentum = 0.1, ...own } = layerOptions(new.target.name, options, rules);
    super({ numFeatures }, { ...own, eps });
    this.momentum = momentum;
  }

  /** Checks the channels of x. Returns the options that the operations of all variants take. */
  protected norm(x: Tensor) {
    this.checkInput(x);
    const { runningMean, runningVar, weight, bias, training, momentum, eps, layout } = this;
    return { runningMean, runningVar, weight, bias, training, momentum, eps, layout };
  }
}

/** Options of `FrozenBatchNorm2d`. */
export interface FrozenBatchNormOptions extends LayerOptions, LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
}

const frozenRules: Rules<FrozenBatchNormOptions> = {
  eps: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Batch norm that is always in evaluation and whose four tensors are buffers, as in torchvision. It loads the state of
 * a BatchNorm2d and ignores its `num_batches_tracked`.
 * @shape x [N, C, *], mask [N, *] or null → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels
 * @source torchvision.ops.FrozenBatchNorm2d
 */
export class FrozenBatchNorm2d extends RunningNorm {
  constructor(numFeatures: number, options: FrozenBatchNormOptions = {}) {
    const { eps = 1e-5, ...own } = layerOptions("FrozenBatchNorm2d", options, frozenRules);
    super({ numFeatures }, { ...own, eps });
    for (const name of ["weight", "bias"] as const)
      this.buffer(name, this[name]).requiresGrad = false;
  }

  override ignoredKeys(): readonly string[] {
    return ["num_batches_tracked"];
  }

  /** `mask` is [N, *] with 0 at padding; see `batchNorm`. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    const { weight, bias, runningMean, runningVar, eps, layout } = this;
    this.checkInput(x);
    return batchNorm(x, { weight, bias, runningMean, runningVar, eps, layout, mask });
  }
}

/** Options of `BatchRenorm`. */
export interface BatchRenormOptions extends BatchVariantOptions {
  /** The first correction stays within 1/rMax … rMax; 3 by default. */
  rMax?: number;
  /** The second correction stays within ±dMax; 5 by default. */
  dMax?: number;
}

const renormRules: Rules<BatchRenormOptions> = {
  eps: "number",
  momentum: "number",
  rMax: "number",
  dMax: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Batch renormalisation: batch norm that is corrected towards its running statistics.
 * @shape x [N, C, *], mask [N, *] or null → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels, for rMax below
 *   1 or dMax below 0, and when training with one value per channel
 * @source Ioffe 2017, arXiv 1702.03275
 */
export class BatchRenorm extends BatchVariant {
  /**
   * The bounds of the two corrections. A schedule may change them between steps: the paper raises rMax from 1 to 3,
   * dMax from 0 to 5.
   */
  rMax: number;
  dMax: number;

  constructor(numFeatures: number, options: BatchRenormOptions = {}) {
    const { rMax = 3, dMax = 5, ...own } = layerOptions("BatchRenorm", options, renormRules);
    super(numFeatures, own);
    this.rMax = rMax;
    this.dMax = dMax;
  }

  /** `mask` is [N, *] with 0 at padding; see `batchRenorm`. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    const { rMax, dMax } = this;
    return batchRenorm(x, { ...this.norm(x), rMax, dMax, mask });
  }
}

/** Options of `GhostBatchNorm`. */
export interface GhostBatchNormOptions extends BatchVariantOptions {
  /** At most this many samples share statistics; 128 by default. */
  virtualBatchSize?: number;
}

const ghostRules: Rules<GhostBatchNormOptions> = {
  eps: "number",
  momentum: "number",
  virtualBatchSize: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Ghost batch norm: each part of the batch has its own statistics.
 * @shape x [N, C, *], mask [N, *] or null → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels, for a
 *   virtualBatchSize that is no integer ≥ 1, and when training with one value per channel in a part
 * @source Hoffer, Hubara, Soudry 2017, arXiv 1705.08741
 */
export class GhostBatchNorm extends BatchVariant {
  readonly virtualBatchSize: number;

  constructor(numFeatures: number, options: GhostBatchNormOptions = {}) {
    layerOptions("GhostBatchNorm", options, ghostRules);
    const { virtualBatchSize = 128, momentum = 0.01, ...own } = options;
    super(numFeatures, { ...own, momentum });
    this.virtualBatchSize = virtualBatchSize;
  }

  /** `mask` is [N, *] with 0 at padding; see `ghostBatchNorm`. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    const { virtualBatchSize } = this;
    return ghostBatchNorm(x, { ...this.norm(x), virtualBatchSize, mask });
  }
}

/**
 * Batch-instance norm: each channel learns its mix of batch norm and instance norm.
 * @shape x [N, C, *], mask [N, *] or null → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels, and for one
 *   value per channel (in training) or per instance
 * @source Nam, Kim 2018, arXiv 1805.07925
 */
export class BatchInstanceNorm extends BatchVariant {
  /** The share of batch norm in each channel. It is clipped to [0, 1] in place before each use in training. */
  readonly gate: Tensor;

  constructor(numFeatures: number, options: BatchVariantOptions = {}) {
    super(numFeatures, options);
    this.gate = constant([numFeatures], 1, options.runtime);
  }

  /** `mask` is [N, *] with 0 at padding; see `batchInstanceNorm`. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    return this.asOne(() => {
      const norm = this.norm(x);
      if (this.training) this.clamp();
      return batchInstanceNorm(x, this.gate, { ...norm, mask });
    });
  }

  /** Clips the gate to [0, 1] in place. */
  clamp(): void {
    this.asOne(() => intoUnit(this.gate));
  }
}
