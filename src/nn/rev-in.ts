import { checkInteger } from "../numbers.js";
import { type RevIN as Reversible, revIN, revINInverse } from "../ops/norm/rev-in.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

/** Options of `RevIN`. */
export interface RevINOptions extends LayerOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Whether the layer has a scale and a shift; true by default. */
  affine?: boolean;
  /** Subtract the last position of each series instead of its mean; false by default. */
  subtractLast?: boolean;
  /** Treat mean and deviation as constants in the backward pass (default), as in the authors' code. */
  detach?: boolean;
}

const rules: Rules<RevINOptions> = {
  eps: "number",
  affine: "boolean",
  subtractLast: "boolean",
  detach: "boolean",
  runtime: "Runtime",
};

/**
 * Reversible instance normalisation of series [N, L, C]. The layer keeps no statistics between calls. The caller passes
 * those of `normalize` to `denormalize`, so that two series can be in use at once.
 * @shape x [N, L, C] → [N, L, C]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels or another rank;
 *   TypeError for a mask
 * @source Kim et al. 2022, RevIN, ICLR
 */
export class RevIN extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  readonly subtractLast: boolean;
  readonly detach: boolean;
  readonly affineWeight: Tensor | null;
  readonly affineBias: Tensor | null;

  constructor(numFeatures: number, options: RevINOptions = {}) {
    super();
    const { eps = 1e-5, affine = true, ...own } = layerOptions("RevIN", options, rules);
    const { subtractLast = false, detach = true, runtime } = own;
    checkInteger("RevIN", "numFeatures", numFeatures);
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.subtractLast = subtractLast;
    this.detach = detach;
    this.affineWeight = affine ? constant([numFeatures], 1, runtime) : null;
    this.affineBias = affine ? constant([numFeatures], 0, runtime) : null;
  }

  /** The normalised series without its statistics. */
  forward(x: Tensor, mask?: null): Tensor {
    return this.asOne(() => {
      refuseMask(this, mask);
      const { output, mean, std } = this.normalize(x);
      mean.dispose();
      std.dispose();
      return output;
    });
  }

  /** The normalised series, and the statistics that `denormalize` takes. */
  normalize(x: Tensor): Reversible {
    checkChannels(this, x, this.numFeatures, "nhwc");
    const { affineWeight: weight, affineBias: bias, eps, subtractLast, detach } = this;
    return revIN(x, { weight, bias, eps, subtractLast, detach });
  }

  /** Converts a forecast [N, *, C] back to the units of the series with these statistics. */
  denormalize(y: Tensor, statistics: Pick<Reversible, "mean" | "std">): Tensor {
    checkChannels(this, y, this.numFeatures, "nhwc");
    const { affineWeight: weight, affineBias: bias, eps } = this;
    return revINInverse(y, statistics, { weight, bias, eps });
  }
}
