import { type LayoutOptions, layouts } from "../ops/norm/layout.js";
import { rmsNorm2d } from "../ops/norm/rms-norm-2d.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { AffineNorm } from "./affine-norm.js";
import type { LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { refuseMask } from "./refuse-mask.js";

/** Options of `RMSNorm2d`. */
export interface RMSNorm2dOptions extends LayerOptions, LayoutOptions {
  /** Added to the mean square; 1e-6 by default, as in timm. */
  eps?: number;
}

const rules: Rules<RMSNorm2dOptions> = { eps: "number", layout: layouts, runtime: "Runtime" };

/**
 * RMS norm over the channels of each position of [N, C, *].
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels; TypeError for a
 *   mask
 * @source Zhang, Sennrich 2019, arXiv 1910.07467
 */
export class RMSNorm2d extends AffineNorm<Tensor, null> {
  constructor(numChannels: number, options: RMSNorm2dOptions = {}) {
    const { eps = 1e-6, ...own } = layerOptions("RMSNorm2d", options, rules);
    super({ numChannels }, { ...own, eps }, { bias: null });
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { weight, eps, layout } = this;
    this.checkInput(x);
    return rmsNorm2d(x, { weight, eps, layout });
  }
}
