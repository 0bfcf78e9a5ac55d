import { type Pair, sidesOf } from "../ops/check.js";
import { adaptiveAvgPool1d } from "../ops/conv/adaptive-avg-pool1d.js";
import {
  adaptiveAvgPool2d,
  type OutputSize,
  outputSizeOf,
} from "../ops/conv/adaptive-avg-pool2d.js";
import { type AvgPoolOptions, avgPoolRules } from "../ops/conv/avg-pool-nd.js";
import { avgPool1d } from "../ops/conv/avg-pool1d.js";
import { avgPool2d } from "../ops/conv/avg-pool2d.js";
import { avgPool3d } from "../ops/conv/avg-pool3d.js";
import type { Single, Triple } from "../ops/conv/conv-options.js";
import { type MaxPoolOptions, maxPoolRules } from "../ops/conv/max-pool-nd.js";
import { maxPool1d } from "../ops/conv/max-pool1d.js";
import { maxPool2d } from "../ops/conv/max-pool2d.js";
import { maxPool3d } from "../ops/conv/max-pool3d.js";
import { checkWindows } from "../ops/conv/pooling.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";

/** Options of the layers of max pooling; the operations can give the places of the maxima as well. */
export type MaxPoolLayerOptions<S = Pair> = Omit<MaxPoolOptions<S>, "returnIndices">;

/** Base of the layers with windows of one size. */
abstract class Pool<S extends readonly number[], O extends object> extends Module {
  readonly kernelSize: number | S;
  readonly options: O;

  constructor(dims: number, kernelSize: number | S, options: O, rules: object) {
    super();
    const { name } = new.target;
    this.options = { ...layerOptions<object>(name, options, rules as Rules<object>) } as O;
    checkWindows(name, dims, kernelSize, this.options);
    this.kernelSize = kernelSize;
  }
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
 * Averages [N, C, L] down to `outputSize` positions.
 * @shape x [N, C, L] or [C, L] → [N, C, outputSize] or [C, outputSize]
 * @throws RangeError for an outputSize that is no integer ≥ 0, another rank, and an empty image
 * @source torch.nn.AdaptiveAvgPool1d
 */
export class AdaptiveAvgPool1d extends Module {
  readonly outputSize: number;

  constructor(outputSize: number) {
    super();
    sidesOf("AdaptiveAvgPool1d", "outputSize", outputSize, 0, 1);
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/**
 * The largest element of each window of [N, C, L].
 * @shape x [N, C, L] or [C, L] → the same with L′ windows, of a length
 *   ⌊(length + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, and padding above half of the window
 * @source torch.nn.MaxPool1d
 */
export class MaxPool1d extends Pool<Single, MaxPoolLayerOptions<Single>> {
  constructor(kernelSize: number | Single, options: MaxPoolLayerOptions<Single> = {}) {
    super(1, kernelSize, options, maxPoolRules);
  }

  forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options);
  }
}

/**
 * The mean of each window of [N, C, L].
 * @shape x [N, C, L] or [C, L] → the same with L′ windows, of a length
 *   ⌊(length + 2·padding − kernelSize) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, and padding above half of the window
 * @source torch.nn.AvgPool1d
 */
export class AvgPool1d extends Pool<Single, AvgPoolOptions<Single>> {
  constructor(kernelSize: number | Single, options: AvgPoolOptions<Single> = {}) {
    super(1, kernelSize, options, avgPoolRules);
  }

  forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options);
  }
}

/**
 * The largest element of each window of [N, C, H, W].
 * @shape x [N, C, H, W] or [C, H, W] → the same with H′ × W′ windows, of a length
 *   ⌊(length + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, and padding above half of the window
 * @source torch.nn.MaxPool2d
 */
export class MaxPool2d extends Pool<Pair, MaxPoolLayerOptions<Pair>> {
  constructor(kernelSize: number | Pair, options: MaxPoolLayerOptions<Pair> = {}) {
    super(2, kernelSize, options, maxPoolRules);
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/**
 * The mean of each window of [N, C, H, W].
 * @shape x [N, C, H, W] or [C, H, W] → the same with H′ × W′ windows, of a length
 *   ⌊(length + 2·padding − kernelSize) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, and padding above half of the window
 * @source torch.nn.AvgPool2d
 */
export class AvgPool2d extends Pool<Pair, AvgPoolOptions<Pair>> {
  constructor(kernelSize: number | Pair, options: AvgPoolOptions<Pair> = {}) {
    super(2, kernelSize, options, avgPoolRules);
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/**
 * The largest element of each window of [N, C, D, H, W].
 * @shape x [N, C, D, H, W] or [C, D, H, W] → the same with D′ × H′ × W′ windows, of a length
 *   ⌊(length + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, and padding above half of the window
 * @source torch.nn.MaxPool3d
 */
export class MaxPool3d extends Pool<Triple, MaxPoolLayerOptions<Triple>> {
  constructor(kernelSize: number | Triple, options: MaxPoolLayerOptions<Triple> = {}) {
    super(3, kernelSize, options, maxPoolRules);
  }

  forward(x: Tensor): Tensor {
    return maxPool3d(x, this.kernelSize, this.options);
  }
}

/**
 * The mean of each window of [N, C, D, H, W].
 * @shape x [N, C, D, H, W] or [C, D, H, W] → the same with D′ × H′ × W′ windows, of a length
 *   ⌊(length + 2·padding − kernelSize) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, and padding above half of the window
 * @source torch.nn.AvgPool3d
 */
export class AvgPool3d extends Pool<Triple, AvgPoolOptions<Triple>> {
  constructor(kernelSize: number | Triple, options: AvgPoolOptions<Triple> = {}) {
    super(3, kernelSize, options, avgPoolRules);
  }

  forward(x: Tensor): Tensor {
    return avgPool3d(x, this.kernelSize, this.options);
  }
}
