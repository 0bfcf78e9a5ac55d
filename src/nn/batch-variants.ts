// Layers of the batch family that differ from BatchNorm in what they do with its statistics.

import { checkInteger } from "../numbers.js";
import { batchInstanceNorm } from "../ops/norm/batch-instance-norm.js";
import { batchNorm } from "../ops/norm/batch-norm.js";
import { batchRenorm } from "../ops/norm/batch-renorm.js";
import { ghostBatchNorm } from "../ops/norm/ghost-batch-norm.js";
import { type Layout, type LayoutOptions, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import { type AnyTensor, ones, type Tensor, zeros } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, intoUnit, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";

export interface BatchVariantOptions extends LayerOptions, LayoutOptions {
  eps?: number;
  /** Weight of the new value in the running statistics. */
  momentum?: number;
}

const rules: Rules<BatchVariantOptions> = {
  eps: "number",
  momentum: "number",
  layout: layouts,
  runtime: "Runtime",
};

/** What they share: scale, shift and running statistics of [N, C, *]. */
abstract class BatchVariant extends Module {
  readonly eps: number;
  readonly momentum: number;
  readonly layout: Layout;
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;

  constructor(numFeatures: number, options: BatchVariantOptions = {}) {
    super();
    layerOptions(this.constructor.name, options, rules);
    const { eps = 1e-5, momentum = 0.1, layout = "nchw", runtime } = options;
    checkInteger(this.constructor.name, "numFeatures", numFeatures);
    this.eps = eps;
    this.momentum = momentum;
    this.layout = layout;
    this.weight = constant([numFeatures], 1, runtime);
    this.bias = constant([numFeatures], 0, runtime);
    this.runningMean = this.buffer("runningMean", zeros([numFeatures], { runtime }));
    this.runningVar = this.buffer("runningVar", ones([numFeatures], { runtime }));
  }

  /** What their ops take alike, for an input of the right channels. */
  protected norm(x: Tensor) {
    checkChannels(this, x, this.weight.size, this.layout);
    const { runningMean, runningVar, weight, bias, training, momentum, eps, layout } = this;
    return { runningMean, runningVar, weight, bias, training, momentum, eps, layout };
  }
}

export interface FrozenBatchNormOptions extends LayerOptions, LayoutOptions {
  eps?: number;
}

const frozenRules: Rules<FrozenBatchNormOptions> = {
  eps: "number",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Batch norm whose four tensors are buffers and which is always in evaluation, as torchvision's: it loads the state of a
 * BatchNorm2d and passes over its `num_batches_tracked`.
 */
export class FrozenBatchNorm2d extends Module {
  readonly eps: number;
  readonly layout: Layout;
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;

  constructor(numFeatures: number, options: FrozenBatchNormOptions = {}) {
    super();
    const {
      eps = 1e-5,
      layout = "nchw",
      runtime,
    } = layerOptions("FrozenBatchNorm2d", options, frozenRules);
    checkInteger("FrozenBatchNorm2d", "numFeatures", numFeatures);
    this.eps = eps;
    this.layout = layout;
    this.weight = this.buffer("weight", ones([numFeatures], { runtime }));
    this.bias = this.buffer("bias", zeros([numFeatures], { runtime }));
    this.runningMean = this.buffer("runningMean", zeros([numFeatures], { runtime }));
    this.runningVar = this.buffer("runningVar", ones([numFeatures], { runtime }));
  }

  override ignoredKeys(): readonly string[] {
    return ["num_batches_tracked"];
  }

  /** `mask`: [N, *], 0 for padding; see the op. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    const { weight, bias, runningMean, runningVar, eps, layout } = this;
    checkChannels(this, x, weight.size, layout);
    return batchNorm(x, { weight, bias, runningMean, runningVar, eps, layout, mask });
  }
}

export interface BatchRenormOptions extends BatchVariantOptions {
  rMax?: number;
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

/** Batch renormalisation, Ioffe 2017, arXiv 1702.03275: batch norm corrected towards its running statistics. */
export class BatchRenorm extends BatchVariant {
  /** Change them between steps to follow a schedule; the paper's goes from 1 to 3 and from 0 to 5. */
  rMax: number;
  dMax: number;

  constructor(numFeatures: number, options: BatchRenormOptions = {}) {
    const { rMax = 3, dMax = 5, ...own } = layerOptions("BatchRenorm", options, renormRules);
    super(numFeatures, own);
    this.rMax = rMax;
    this.dMax = dMax;
  }

  /** `mask`: [N, *], 0 for padding; see the op. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    const { rMax, dMax } = this;
    return batchRenorm(x, { ...this.norm(x), rMax, dMax, mask });
  }
}

export interface GhostBatchNormOptions extends BatchVariantOptions {
  virtualBatchSize?: number;
}

const ghostRules: Rules<GhostBatchNormOptions> = {
  eps: "number",
  momentum: "number",
  virtualBatchSize: "number",
  layout: layouts,
  runtime: "Runtime",
};

/** Ghost batch norm, Hoffer, Hubara & Soudry 2017, arXiv 1705.08741: statistics of parts of the batch. */
export class GhostBatchNorm extends BatchVariant {
  readonly virtualBatchSize: number;

  constructor(numFeatures: number, options: GhostBatchNormOptions = {}) {
    layerOptions("GhostBatchNorm", options, ghostRules);
    const { virtualBatchSize = 128, momentum = 0.01, ...own } = options;
    super(numFeatures, { ...own, momentum });
    this.virtualBatchSize = virtualBatchSize;
  }

  /** `mask`: [N, *], 0 for padding; see the op. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    const { virtualBatchSize } = this;
    return ghostBatchNorm(x, { ...this.norm(x), virtualBatchSize, mask });
  }
}

/** Batch-instance norm, Nam & Kim 2018, arXiv 1805.07925: a learned mix per channel. */
export class BatchInstanceNorm extends BatchVariant {
  /** The share of batch norm, clipped to [0, 1] in place before each use in training. */
  readonly gate: Tensor;

  constructor(numFeatures: number, options: BatchVariantOptions = {}) {
    super(numFeatures, options);
    this.gate = constant([numFeatures], 1, options.runtime);
  }

  /** `mask`: [N, *], 0 for padding; see the op. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    return this.asOne(() => {
      const norm = this.norm(x);
      if (this.training) this.clamp();
      return batchInstanceNorm(x, this.gate, { ...norm, mask });
    });
  }

  /** Keeps the gate in [0, 1]. */
  clamp(): void {
    this.asOne(() => intoUnit(this.gate));
  }
}
