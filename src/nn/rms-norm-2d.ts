import type { Layout, LayoutOptions } from "../ops/layout.js";
import { rmsNorm2d } from "../ops/rms-norm-2d.js";
import type { Tensor } from "../tensor.js";
import { checkInteger, constant, type LayerOptions } from "./init.js";
import { Module } from "./module.js";

export interface RMSNorm2dOptions extends LayerOptions, LayoutOptions {
  eps?: number;
}

/** RMS norm over the channels of each position of [N, C, *], arXiv 1910.07467; eps = 1e-6 as in timm. */
export class RMSNorm2d extends Module {
  readonly eps: number;
  readonly layout: Layout;
  readonly weight: Tensor;

  constructor(
    numChannels: number,
    { eps = 1e-6, layout = "nchw", runtime }: RMSNorm2dOptions = {},
  ) {
    super();
    checkInteger("RMSNorm2d", "numChannels", numChannels);
    this.eps = eps;
    this.layout = layout;
    this.weight = constant([numChannels], 1, runtime);
  }

  forward(x: Tensor): Tensor {
    return rmsNorm2d(x, this);
  }
}
