import { iterNorm } from "../ops/iter-norm.js";
import type { Layout, LayoutOptions } from "../ops/layout.js";
import { type Tensor, tensor, zeros } from "../tensor.js";
import { checkInteger, constant, type LayerOptions } from "./init.js";
import { Module } from "./module.js";

export interface IterNormOptions extends LayerOptions, LayoutOptions {
  groups?: number;
  /** Newton steps. */
  iterations?: number;
  eps?: number;
  momentum?: number;
}

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

  constructor(
    numFeatures: number,
    {
      groups = 1,
      iterations = 5,
      eps = 1e-5,
      momentum = 0.1,
      layout = "nchw",
      runtime,
    }: IterNormOptions = {},
  ) {
    super();
    checkInteger("IterNorm", "numFeatures", numFeatures);
    checkInteger("IterNorm", "groups", groups);
    if (numFeatures % groups !== 0) {
      throw new RangeError(
        `IterNorm: expected groups to divide ${numFeatures} channels, got ${groups}`,
      );
    }
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

  forward(x: Tensor): Tensor {
    return iterNorm(x, this);
  }
}
