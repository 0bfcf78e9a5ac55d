import { checkInteger } from "../numbers.js";
import { frn } from "../ops/norm/frn.js";
import { type Layout, type LayoutOptions, layouts } from "../ops/norm/layout.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

/** Options of `FRN`. */
export interface FRNOptions extends LayerOptions, LayoutOptions {
  /** Added to the mean square; 1e-6 by default, and 1e-4 where it is learned. */
  eps?: number;
  /** Learn eps, one value for all channels; false by default. It starts at `eps`. This is for planes of one element. */
  learnedEps?: boolean;
  /** Apply the thresholded linear unit, whose threshold is learned; true by default. */
  tlu?: boolean;
}

const rules: Rules<FRNOptions> = {
  eps: "number",
  learnedEps: "boolean",
  tlu: "boolean",
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Filter response normalisation of [N, C, *] with its thresholded linear unit.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels; TypeError for a
 *   mask
 * @source Singh, Krishnan 2019, arXiv 1911.09737
 */
export class FRN extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly tau: Tensor | null;
  readonly eps: number | Tensor;
  readonly layout: Layout;

  constructor(numFeatures: number, options: FRNOptions = {}) {
    super();
    const {
      learnedEps = false,
      eps = learnedEps ? 1e-4 : 1e-6,
      tlu = true,
      layout = "nchw",
      runtime,
    } = layerOptions("FRN", options, rules);
    checkInteger("FRN", "numFeatures", numFeatures);
    this.weight = constant([numFeatures], 1, runtime);
    this.bias = constant([numFeatures], 0, runtime);
    this.layout = layout;
    this.tau = tlu ? constant([numFeatures], 0, runtime) : null;
    this.eps = learnedEps ? constant([1], eps, runtime) : eps;
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    const { weight, bias, tau, eps, layout } = this;
    checkChannels(this, x, weight.size, layout);
    return frn(x, { weight, bias, tau, eps, layout });
  }
}
