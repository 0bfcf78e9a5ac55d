import { checkInteger } from "../numbers.js";
import { layouts } from "../ops/norm/layout.js";
// The two norms of U-GAT-IT: Kim et al. 2019, arXiv 1907.10830.

import { type AdaLINOptions, adaLIN, layerInstanceNorm } from "../ops/norm/ada-lin.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkChannels } from "./channels.js";
import { constant, intoUnit, type LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

const rules: Rules<AdaLINOptions & LayerOptions> = {
  eps: "number",
  correction: [0, 1],
  layout: layouts,
  runtime: "Runtime",
};

/**
 * Adaptive layer-instance norm of [N, C, *]. The input comes with its scale and shift, both [N, C]. ρ [C] starts at
 * 0.9. The layer clips ρ to [0, 1] in place before each use; the authors clip it after each step of the optimiser.
 * @shape x [N, C, *], weight [N, C], bias [N, C] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels; TypeError for a
 *   mask
 * @source Kim et al. 2019, U-GAT-IT, arXiv 1907.10830
 */
export class AdaLIN extends Module {
  readonly options: AdaLINOptions;
  readonly rho: Tensor;

  constructor(numFeatures: number, options: AdaLINOptions & LayerOptions = {}) {
    super();
    const { eps = 1e-5, correction = 0, layout, runtime } = layerOptions("AdaLIN", options, rules);
    checkInteger("AdaLIN", "numFeatures", numFeatures);
    this.options = { eps, correction, layout };
    this.rho = constant([numFeatures], 0.9, runtime);
  }

  forward(x: Tensor, weight: Tensor, bias: Tensor, mask?: null): Tensor {
    return this.asOne(() => {
      refuseMask(this, mask);
      checkChannels(this, x, this.rho.size, this.options.layout);
      return adaLIN(x, intoUnit(this.rho), weight, bias, this.options);
    });
  }
}

/**
 * Layer-instance norm of [N, C, *]. ρ [C] starts at 0, which is layer norm alone. The layer clips ρ as `AdaLIN` does.
 * @shape x [N, C, *] → [N, C, *]
 * @throws RangeError for numbers of features that are no integers ≥ 1, and for input of other channels; TypeError for a
 *   mask
 * @source Kim et al. 2019, U-GAT-IT, arXiv 1907.10830
 */
export class LayerInstanceNorm extends Module {
  readonly options: AdaLINOptions;
  readonly rho: Tensor;
  readonly gamma: Tensor;
  readonly beta: Tensor;

  constructor(numFeatures: number, options: AdaLINOptions & LayerOptions = {}) {
    super();
    const {
      eps = 1e-5,
      correction = 0,
      layout,
      runtime,
    } = layerOptions("LayerInstanceNorm", options, rules);
    checkInteger("LayerInstanceNorm", "numFeatures", numFeatures);
    this.options = { eps, correction, layout };
    this.rho = constant([numFeatures], 0, runtime);
    this.gamma = constant([numFeatures], 1, runtime);
    this.beta = constant([numFeatures], 0, runtime);
  }

  forward(x: Tensor, mask?: null): Tensor {
    return this.asOne(() => {
      refuseMask(this, mask);
      checkChannels(this, x, this.rho.size, this.options.layout);
      return layerInstanceNorm(x, intoUnit(this.rho), this.gamma, this.beta, this.options);
    });
  }
}
