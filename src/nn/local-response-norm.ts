import { checkInteger, checkNumber } from "../numbers.js";
import {
  type LocalResponseNormOptions,
  localResponseNorm,
  localResponseNormRules,
} from "../ops/norm/local-response-norm.js";
import type { Tensor } from "../tensor.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import { refuseMask } from "./refuse-mask.js";

/**
 * Local response normalisation of [N, C, *] over `size` channels, with PyTorch's defaults.
 * @shape x [N, C, *] of 3 dimensions or more → the same shape
 * @throws RangeError for less than 3 dimensions and a size that is no integer ≥ 1; TypeError for a mask
 * @source Krizhevsky, Sutskever, Hinton 2012, AlexNet; torch.nn.LocalResponseNorm
 */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly options: LocalResponseNormOptions;

  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super();
    checkInteger("LocalResponseNorm", "size", size);
    this.size = size;
    this.options = { ...layerOptions("LocalResponseNorm", options, localResponseNormRules) };
    for (const name of ["alpha", "beta", "k"] as const)
      checkNumber("LocalResponseNorm", name, this.options[name] ?? 1);
  }

  forward(x: Tensor, mask?: null): Tensor {
    refuseMask(this, mask);
    return localResponseNorm(x, this.size, this.options);
  }
}
