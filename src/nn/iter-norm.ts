import { checkInteger } from "../numbers.js";
import { iterNorm } from "../ops/norm/iter-norm.js";
import { type Layout, type LayoutOptions, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import { type AnyTensor, type Tensor, tensor, zeros } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { checkGroups, layerOptions } from "./layer-options.js";
import { Module } from "./module.js";

export interface IterNormOptions extends LayerOptions, LayoutOptions {
  groups?: number;
  /** Newton steps. */
  iterations?: number;
  eps?: number;
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

/** Iterative normalisation of [N, C, *], Huang et al. 2019, arXiv 1904.03441: whitens the channels over the batch. */
export class IterNorm extends Module {
  readonly groups: number;
  readonly iterations: number;
  readonly eps: number;
  readonly momentum: number;
  readonly layout: Layout;
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningWhitening: Tensor;

  constructor(numFeatures: number, options: IterNormOptions = {}) {
    super();
    const {
      groups = 1,
      iterations = 5,
      eps = 1e-5,
      momentum = 0.1,
      layout = "nchw",
      runtime,
    } = layerOptions("IterNorm", options, rules);
    checkInteger("IterNorm", "numFeatures", numFeatures);
    checkGroups("IterNorm", groups, numFeatures);
    this.groups = groups;
    this.iterations = iterations;
    this.eps = eps;
    this.momentum = momentum;
    this.layout = layout;
    this.weight = constant([numFeatures], 1, runtime);
    this.bias = constant([numFeatures], 0, runtime);
    this.runningMean = this.buffer("runningMean", zeros([numFeatures], { runtime }));
    const width = numFeatures / groups;
    const identity = new Float32Array(numFeatures * width).map(
      (_, i) => +((i % (width * width)) % (width + 1) === 0),
    );
    const matrices = tensor(identity, [groups, width, width], { runtime });
    this.runningWhitening = this.buffer("runningWhitening", matrices);
  }

  /** `mask`: [N, *], 0 for padding; see the op. */
  forward(x: Tensor, mask?: AnyTensor | null): Tensor {
    const { runningMean, runningWhitening, weight, bias, training, momentum, eps } = this;
    const { groups, iterations, layout } = this;
    checkChannels(this, x, weight.size, layout);
    const own = { groups, iterations, momentum, eps, layout, mask };
    return iterNorm(x, { runningMean, runningWhitening, weight, bias, training, ...own });
  }
}
