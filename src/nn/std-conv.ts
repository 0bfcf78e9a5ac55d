// Convolutions that standardise their filters at each use, with timm's names, keys and defaults.
// `weightStandardization` and `scaledWeightStandardization` do the same to an existing layer, and can be undone to keep
// the standardised weight.
import { type Pair, pairOf } from "../ops/check.js";
import {
  scaledWeightStandardization,
  weightStandardization,
} from "../ops/norm/weight-standardization.js";
import { reshape } from "../ops/shape/reshape.js";
import type { Tensor } from "../tensor.js";
import { Conv2d, type Conv2dOptions } from "./conv.js";
import { convLayerRules } from "./convolution.js";
import { constant } from "./init.js";
import { layerOptions } from "./layer-options.js";

/**
 * Options of `StdConv2d`. By default the padding keeps H and W at stride 1 where the kernel is odd, and there is no
 * bias.
 */
export interface StdConv2dOptions extends Conv2dOptions {
  /** Added to the variance; 1e-6 by default. */
  eps?: number;
}

/** timm's default padding. With it, an odd kernel keeps H and W, or divides them by the stride. */
function usualPadding(name: string, kernelSize: number | Pair, options: Conv2dOptions): Pair {
  const kernel = pairOf(name, "kernelSize", kernelSize, 1);
  const step = pairOf(name, "stride", options.stride ?? 1, 1);
  const spread = pairOf(name, "dilation", options.dilation ?? 1, 1);
  const along = (i: number) => Math.floor((step[i] - 1 + spread[i] * (kernel[i] - 1)) / 2);
  return [along(0), along(1)];
}

/**
 * Conv2d with weight standardisation: (w − mean)/√(variance + eps) of each filter, with the biased variance.
 * @shape x [N, inChannels, H, W] → [N, outChannels, H′, W′], as Conv2d
 * @throws RangeError as Conv2d does
 * @source Qiao, Wang, Liu, Shen, Yuille 2019, arXiv 1903.10520; timm's StdConv2d
 */
export class StdConv2d extends Conv2d {
  readonly eps: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: StdConv2dOptions = {},
  ) {
    layerOptions("StdConv2d", options, { ...convLayerRules, eps: "number" });
    const {
      eps = 1e-6,
      padding = usualPadding("StdConv2d", kernelSize, options),
      bias = false,
      ...own
    } = options;
    super(inChannels, outChannels, kernelSize, { ...own, padding, bias });
    this.eps = eps;
  }

  override filters(): Tensor {
    return weightStandardization(this.weight, { eps: this.eps, epsInside: true, correction: 0 });
  }
}

/** Options of `ScaledStdConv2d`. By default the padding keeps H and W at stride 1 where the kernel is odd. */
export interface ScaledStdConv2dOptions extends StdConv2dOptions {
  /** A constant for the activation in front of the layer, such as √(2/(1 − 1/π)) for ReLU; 1 by default. */
  gamma?: number;
  /** The first value of the gain; 1 by default. */
  gainInit?: number;
}

/**
 * Conv2d with scaled weight standardisation: gain·gamma·(w − mean)/√(fanIn·(variance + eps)) of each filter. The gain
 * [out, 1, 1, 1] is learned.
 * @shape x [N, inChannels, H, W] → [N, outChannels, H′, W′], as Conv2d
 * @throws RangeError as Conv2d does
 * @source Brock, De, Smith 2021, arXiv 2101.08692; timm's ScaledStdConv2d
 */
export class ScaledStdConv2d extends Conv2d {
  readonly eps: number;
  readonly gamma: number;
  readonly gain: Tensor;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: ScaledStdConv2dOptions = {},
  ) {
    layerOptions("ScaledStdConv2d", options, {
      ...convLayerRules,
      ...{ eps: "number", gamma: "number", gainInit: "number" },
    });
    const { eps = 1e-6, gamma = 1, gainInit = 1, ...own } = options;
    const { padding = usualPadding("ScaledStdConv2d", kernelSize, options) } = own;
    super(inChannels, outChannels, kernelSize, { ...own, padding });
    this.eps = eps;
    this.gamma = gamma;
    this.gain = constant([outChannels, 1, 1, 1], gainInit, options.runtime);
  }

  override filters(): Tensor {
    const { eps, gamma } = this;
    using gain = reshape(this.gain, [this.gain.size]);
    return scaledWeightStandardization(this.weight, { eps, gamma, gain, epsAdded: true });
  }
}
