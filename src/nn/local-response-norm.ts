import { type LocalResponseNormOptions, localResponseNorm } from "../ops/local-response-norm.js";
import type { Tensor } from "../tensor.js";
import { checkInteger } from "./init.js";
import { Module } from "./module.js";

/** Local response normalisation of [N, C, *] over `size` channels, Krizhevsky et al. 2012; PyTorch's defaults. */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly options: LocalResponseNormOptions;

  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super();
    checkInteger("LocalResponseNorm", "size", size);
    this.size = size;
    this.options = { ...options };
  }

  forward(x: Tensor): Tensor {
    return localResponseNorm(x, this.size, this.options);
  }
}
