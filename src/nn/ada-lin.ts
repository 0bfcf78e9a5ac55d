// The two norms of U-GAT-IT, Kim et al. 2019, arXiv 1907.10830.
import { type AdaLINOptions, adaLIN, layerInstanceNorm } from "../ops/ada-lin.js";
import { changing, type Tensor } from "../tensor.js";
import { checkInteger, constant, type LayerOptions } from "./init.js";
import { Module } from "./module.js";

/** Clips ρ to [0, 1] in place before it is used: what the authors do after each step of the optimiser. */
function clipped(rho: Tensor): Tensor {
  changing(rho);
  rho.data.forEach((value, i, data) => {
    data[i] = Math.min(Math.max(value, 0), 1);
  });
  return rho;
}

/** Adaptive layer-instance norm of [N, C, *]: scale and shift [N, C] come with the input; ρ [C] is 0.9 at first. */
export class AdaLIN extends Module {
  readonly options: AdaLINOptions;
  readonly rho: Tensor;

  constructor(
    numFeatures: number,
    { eps = 1e-5, correction = 0, layout, runtime }: AdaLINOptions & LayerOptions = {},
  ) {
    super();
    checkInteger("AdaLIN", "numFeatures", numFeatures);
    this.options = { eps, correction, layout };
    this.rho = constant([numFeatures], 0.9, runtime);
  }

  forward(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
    return this.asOne(() => {
      return adaLIN(x, clipped(this.rho), weight, bias, this.options);
    });
  }
}

/** Layer-instance norm of [N, C, *]: ρ [C] is 0 at first, layer norm alone. */
export class LayerInstanceNorm extends Module {
  readonly options: AdaLINOptions;
  readonly rho: Tensor;
  readonly gamma: Tensor;
  readonly beta: Tensor;

  constructor(
    numFeatures: number,
    { eps = 1e-5, correction = 0, layout, runtime }: AdaLINOptions & LayerOptions = {},
  ) {
    super();
    checkInteger("LayerInstanceNorm", "numFeatures", numFeatures);
    this.options = { eps, correction, layout };
    this.rho = constant([numFeatures], 0, runtime);
    this.gamma = constant([numFeatures], 1, runtime);
    this.beta = constant([numFeatures], 0, runtime);
  }

  forward(x: Tensor): Tensor {
    return this.asOne(() => {
      return layerInstanceNorm(x, clipped(this.rho), this.gamma, this.beta, this.options);
    });
  }
}
