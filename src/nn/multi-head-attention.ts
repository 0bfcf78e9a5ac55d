import { scaledDotProductAttention } from "../ops/scaled-dot-product-attention.js";
import type { AnyTensor, Tensor } from "../tensor.js";
import { Dropout, type DropoutLayerOptions } from "./dropout.js";
import { checkInteger } from "./init.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";

/** Where 0 a key is not seen, a tensor that broadcasts to [B, nHead, L, S] or every head's [B, L, S]; "causal": only those before. */
export type Mask = AnyTensor | "causal" | null;

/**
 * Multi-head attention, Vaswani et al. 2017, arXiv 1706.03762: queries [B, L, dModel], keys and values [B, S, dModel] →
 * [B, L, dModel], by nHead heads of dModel / nHead features each. Dropout is of the output (the paper's section 5.4), not of the
 * attention weights.
 */
export class MultiHeadAttention extends Module {
  readonly nHead: number;
  readonly wQ: Linear;
  readonly wK: Linear;
  readonly wV: Linear;
  readonly wO: Linear;
  readonly dropout: Dropout;

  constructor(dModel: number, nHead: number, options: DropoutLayerOptions = {}) {
    super();
    checkInteger("MultiHeadAttention", "dModel", dModel);
    checkInteger("MultiHeadAttention", "nHead", nHead);
    if (dModel % nHead !== 0) {
      throw new RangeError(
        `MultiHeadAttention: dModel must be divisible by nHead, got ${dModel} and ${nHead}`,
      );
    }
    this.nHead = nHead;
    this.wQ = new Linear(dModel, dModel, options);
    this.wK = new Linear(dModel, dModel, options);
    this.wV = new Linear(dModel, dModel, options);
    this.wO = new Linear(dModel, dModel, options);
    this.dropout = new Dropout(options.dropout ?? 0);
  }

  forward(query: Tensor, key: Tensor = query, value: Tensor = key, mask: Mask = null): Tensor {
    return this.asOne(() => {
      const [q, k, v] = [this.wQ.forward(query), this.wK.forward(key), this.wV.forward(value)];
      const causal = mask === "causal";
      const options = { heads: this.nHead, causal, mask: mask === "causal" ? null : mask };
      const mixed = scaledDotProductAttention(q, k, v, options);
      return this.dropout.forward(this.wO.forward(mixed));
    });
  }
}
