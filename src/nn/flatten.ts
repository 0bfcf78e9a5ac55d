import { flatten } from "../ops/shape/flatten.js";
import type { Tensor } from "../tensor.js";
import { Module } from "./module.js";

/** [N, …] → [N, product of the other lengths]. `startDim` and `endDim` choose other axes to flatten. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }
}
