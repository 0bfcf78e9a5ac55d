import { call } from "../call.js";
import { checkInteger } from "../numbers.js";
import { modulate } from "../ops/norm/modulate.js";
import { resizeNearest } from "../ops/shape/resize-nearest.js";
import type { Rules } from "../options.js";
import { show, type Tensor } from "../tensor.js";
import { ReLU } from "./activation.js";
import { checkChannels } from "./channels.js";
import { Conv2d } from "./conv.js";
import type { LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { BatchNorm2d, InstanceNorm2d } from "./norm.js";
import { refuseMask } from "./refuse-mask.js";
import { Sequential } from "./sequential.js";

/** Options of `SPADE`. */
export interface SPADEOptions extends LayerOptions {
  /** The norm in front of the modulation, without scale and shift; "batch" by default. */
  norm?: "batch" | "instance";
  /** Height and width of all kernels, an odd number; 3 by default. */
  kernelSize?: number;
  /** Channels behind the shared convolution; 128 by default. */
  hidden?: number;
}

const rules: Rules<SPADEOptions> = {
  norm: ["batch", "instance"],
  kernelSize: "number",
  hidden: "number",
  runtime: "Runtime",
};

/**
 * Spatially adaptive normalisation of [N, C, H, W] by a segmentation: norm(x)·(1 + γ) + β. The segmentation is resized
 * to H × W. A shared convolution with ReLU, and then one convolution each, make the maps γ and β from it.
 * @shape x [N, C, H, W], segmentation [N, labels, h, w] → [N, C, H, W]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels or another rank,
 *   and for an even kernelSize; TypeError for a mask
 * @source Park, Liu, Wang, Zhu 2019, arXiv 1903.07291
 */
export class SPADE extends Module {
  readonly paramFreeNorm: BatchNorm2d | InstanceNorm2d;
  readonly mlpShared: Sequential;
  readonly mlpGamma: Conv2d;
  readonly mlpBeta: Conv2d;

  constructor(numFeatures: number, labels: number, options: SPADEOptions = {}) {
    super();
    const {
      norm = "batch",
      kernelSize = 3,
      hidden = 128,
      runtime,
    } = layerOptions("SPADE", options, rules);
    checkInteger("SPADE", "numFeatures", numFeatures);
    checkInteger("SPADE", "labels", labels);
    const Norm = norm === "batch" ? BatchNorm2d : InstanceNorm2d;
    if (kernelSize % 2 === 0)
      throw new RangeError(`SPADE: expected an odd kernelSize, got ${kernelSize}`);
    const same = { padding: (kernelSize - 1) / 2, runtime };
    const conv = (from: number, to: number) => new Conv2d(from, to, kernelSize, same);
    const parts = call("SPADE", () => ({
      norm: new Norm(numFeatures, { affine: false, runtime }),
      shared: new Sequential(conv(labels, hidden), new ReLU()),
      gamma: conv(hidden, numFeatures),
      beta: conv(hidden, numFeatures),
    }));
    this.paramFreeNorm = parts.norm;
    this.mlpShared = parts.shared;
    this.mlpGamma = parts.gamma;
    this.mlpBeta = parts.beta;
  }

  forward(x: Tensor, segmentation: Tensor, mask?: null): Tensor {
    return this.asOne(() => {
      refuseMask(this, mask);
      checkChannels(this, x, this.mlpGamma.weight.shape[0]);
      const [, , height, width] = x.shape;
      if (x.shape.length !== 4)
        throw new RangeError(`SPADE: expected input of shape [N, C, H, W], got ${show(x.shape)}`);
      using normalized = this.paramFreeNorm.forward(x);
      using resized = resizeNearest(segmentation, [height, width]);
      using features = this.mlpShared.forward(resized);
      using gamma = this.mlpGamma.forward(features);
      using beta = this.mlpBeta.forward(features);
      return modulate(normalized, gamma, beta);
    });
  }
}
