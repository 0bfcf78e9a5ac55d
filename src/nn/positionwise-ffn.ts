import { relu } from "../ops/relu.js";
import type { Tensor } from "../tensor.js";
import type { LayerOptions } from "./init.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";

/** The feed-forward part of a transformer, the same at every position: [..., dModel] → ReLU of [..., dFF] → [..., dModel]. */
export class PositionwiseFFN extends Module {
  readonly linear1: Linear;
  readonly linear2: Linear;

  constructor(dModel: number, dFF: number, options: LayerOptions = {}) {
    super();
    this.linear1 = new Linear(dModel, dFF, options);
    this.linear2 = new Linear(dFF, dModel, options);
  }

  forward(x: Tensor): Tensor {
    return this.linear2.forward(relu(this.linear1.forward(x)));
  }
}
