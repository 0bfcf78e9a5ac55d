import { type Pair, pairOf } from "../ops/check.js";
import {
  adaptiveAvgPool2d,
  type OutputSize,
  outputSizeOf,
} from "../ops/conv/adaptive-avg-pool2d.js";
import { type AvgPool2dOptions, avgPool2d, avgPool2dRules } from "../ops/conv/avg-pool2d.js";
import { type MaxPool2dOptions, maxPool2d, maxPool2dRules } from "../ops/conv/max-pool2d.js";
import type { Tensor } from "../tensor.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";

function checkWindows(layer: string, kernelSize: number | Pair, options: MaxPool2dOptions): void {
  pairOf(layer, "kernelSize", kernelSize, 1);
  pairOf(layer, "stride", options.stride ?? 1, 1);
  pairOf(layer, "padding", options.padding ?? 0, 0);
  pairOf(layer, "dilation", options.dilation ?? 1, 1);
}

/**
 * Averages [N, C, H, W] down to `outputSize` positions.
 * @shape x [N, C, H, W] or [C, H, W] → [N, C, outH, outW] or [C, outH, outW]
 * @throws RangeError for an outputSize that is no integer ≥ 0, another rank, and an empty image
 * @source torch.nn.AdaptiveAvgPool2d
 */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: OutputSize;

  constructor(outputSize: OutputSize) {
    super();
    outputSizeOf("AdaptiveAvgPool2d", outputSize, [0, 0]);
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/**
 * The largest element of each window of [N, C, H, W].
 * @shape x [N, C, H, W] or [C, H, W] → the same with H′ × W′ windows,
 *   H′ = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, and padding above half of the window
 * @source torch.nn.MaxPool2d
 */
export class MaxPool2d extends Module {
  readonly kernelSize: number | Pair;
  readonly options: MaxPool2dOptions;

  constructor(kernelSize: number | Pair, options: MaxPool2dOptions = {}) {
    super();
    this.options = { ...layerOptions("MaxPool2d", options, maxPool2dRules) };
    checkWindows("MaxPool2d", kernelSize, this.options);
    this.kernelSize = kernelSize;
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/**
 * The mean of each window of [N, C, H, W].
 * @shape x [N, C, H, W] or [C, H, W] → the same with H′ × W′ windows, H′ = ⌊(H + 2·padding − kernelSize) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, and padding above half of the window
 * @source torch.nn.AvgPool2d
 */
export class AvgPool2d extends Module {
  readonly kernelSize: number | Pair;
  readonly options: AvgPool2dOptions;

  constructor(kernelSize: number | Pair, options: AvgPool2dOptions = {}) {
    super();
    this.options = { ...layerOptions("AvgPool2d", options, avgPool2dRules) };
    checkWindows("AvgPool2d", kernelSize, this.options);
    this.kernelSize = kernelSize;
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}
