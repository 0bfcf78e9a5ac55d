import { layerNorm2d } from "../ops/layer-norm-2d.js";
import type { Layout, LayoutOptions } from "../ops/layout.js";
import type { Tensor } from "../tensor.js";
import { checkInteger, constant, type LayerOptions } from "./init.js";
import { Module } from "./module.js";

export interface LayerNorm2dOptions extends LayerOptions, LayoutOptions {
  eps?: number;
  affine?: boolean;
}

/** Layer norm over the channels of each position of [N, C, *]; eps = 1e-6 as in ConvNeXt, arXiv 2201.03545. */
export class LayerNorm2d extends Module {
  readonly eps: number;
  readonly layout: Layout;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;

  constructor(
    numChannels: number,
    { eps = 1e-6, affine = true, layout = "nchw", runtime }: LayerNorm2dOptions = {},
  ) {
    super();
    checkInteger("LayerNorm2d", "numChannels", numChannels);
    this.eps = eps;
    this.layout = layout;
    this.weight = affine ? constant([numChannels], 1, runtime) : null;
    this.bias = affine ? constant([numChannels], 0, runtime) : null;
  }

  forward(x: Tensor): Tensor {
    return layerNorm2d(x, this);
  }
}
