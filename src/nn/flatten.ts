import { flatten } from "../ops/shape/flatten.js";
import type { Tensor } from "../tensor.js";
import { Module } from "./module.js";

/**
 * The axes from `startDim` to `endDim` as one; by default all but the first.
 * @shape x [N, ...] → [N, product of the other lengths]
 * @throws RangeError for axes that x does not have
 * @source torch.nn.Flatten
 */
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
