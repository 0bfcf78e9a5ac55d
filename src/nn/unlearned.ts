// Layers of the norms without parameters and state, for use in a Sequential.

import {
  type MeanVarianceNormOptions,
  meanVarianceNorm,
  meanVarianceNormRules,
} from "../ops/norm/mean-variance-norm.js";
import { type NormalizeOptions, normalize, normalizeRules } from "../ops/norm/normalize.js";
import { type PixelNormOptions, pixelNorm, pixelNormRules } from "../ops/norm/pixel-norm.js";
import {
  type PositionalNormOptions,
  positionalNorm,
  positionalNormRules,
} from "../ops/norm/positional-norm.js";
import type { Rules } from "../options.js";
import { type Tensor, tidy } from "../tensor.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

/** Base of these layers. It holds the options of the operation. */
abstract class Unlearned<Options extends object> extends Module {
  readonly options: Options;

  constructor(name: string, options: Options, rules: Rules<Options>) {
    super();
    this.options = { ...layerOptions(name, options, rules) };
  }
}

/**
 * Mean-variance norm over any axes, by default [0, 2, 3].
 * @shape x of any shape that has the axes → the same shape
 * @throws RangeError for axes that x does not have; TypeError for a mask
 * @source ONNX MeanVarianceNormalization-13
 */
export class MeanVarianceNorm extends Unlearned<MeanVarianceNormOptions> {
  constructor(options: MeanVarianceNormOptions = {}) {
    super("MeanVarianceNorm", options, meanVarianceNormRules);
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    return meanVarianceNorm(x, this.options);
  }
}

/**
 * Pixel norm of [N, C, *]: x/√(mean(x²) + eps) over the channels of each position.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for less than 2 dimensions; TypeError for a mask
 * @source Karras et al. 2017, ProGAN, arXiv 1710.10196
 */
export class PixelNorm extends Unlearned<PixelNormOptions> {
  constructor(options: PixelNormOptions = {}) {
    super("PixelNorm", options, pixelNormRules);
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    return pixelNorm(x, this.options);
  }
}

/**
 * Positional norm of [N, C, *] over the channels of each position. The operation also returns the moments.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for less than 2 dimensions and for an unbiased variance of one channel; TypeError for a mask
 * @source Li, Wu, Weinberger, Belongie 2019, arXiv 1907.04312
 */
export class PositionalNorm extends Unlearned<PositionalNormOptions> {
  constructor(options: PositionalNormOptions = {}) {
    super("PositionalNorm", options, positionalNormRules);
  }

  forward(x: Tensor, mask?: null): Tensor {
    return this.asOne(() => {
      refuseMask(this, mask);
      return tidy(() => positionalNorm(x, this.options).output);
    });
  }
}

/**
 * Divides vectors along one axis by their p-norm.
 * @shape x of any shape that has the axis → the same shape
 * @throws RangeError for p ≤ 0 and an axis that x does not have; TypeError for a mask
 * @source torch.nn.functional.normalize; keras.layers.UnitNormalization
 */
export class UnitNorm extends Unlearned<NormalizeOptions> {
  constructor(options: NormalizeOptions = {}) {
    super("UnitNorm", options, normalizeRules);
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    return normalize(x, this.options);
  }
}
