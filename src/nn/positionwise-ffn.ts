import { checkInteger } from "../numbers.js";
import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { Dropout, type DropoutLayerOptions } from "./dropout.js";
import { forwardActivated } from "./joined.js";
import { layerOptions } from "./layer-options.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";

const rules: Rules<DropoutLayerOptions> = { dropout: "number", runtime: "Runtime" };

/**
 * The feed-forward part of a transformer, the same at every position: a linear layer to dFF features, ReLU, and a
 * linear layer back. Dropout follows both linear layers, as in PyTorch's TransformerEncoderLayer.
 * @shape x [..., dModel] → [..., dModel]
 * @throws RangeError for input of other features, and dropout outside [0, 1]
 * @source Vaswani et al. 2017, arXiv 1706.03762
 */
export class PositionwiseFFN extends Module {
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly dropout: Dropout;

  constructor(dModel: number, dFF: number, options: DropoutLayerOptions = {}) {
    super();
    const { dropout = 0, runtime } = layerOptions("PositionwiseFFN", options, rules);
    this.dropout = new Dropout(dropout);
    checkInteger("PositionwiseFFN", "dModel", dModel, 0);
    checkInteger("PositionwiseFFN", "dFF", dFF, 0);
    [this.linear1, this.linear2] = this.asOne(
      () => [new Linear(dModel, dFF, { runtime }), new Linear(dFF, dModel, { runtime })] as const,
    );
  }

  forward(x: Tensor): Tensor {
    return this.asOne(() => {
      const hidden = this.dropout.forward(forwardActivated(this.linear1, x, "relu"));
      return this.dropout.forward(this.linear2.forward(hidden));
    });
  }
}
