import { checkHeads } from "../numbers.js";
import { scaledDotProductAttention } from "../ops/product/scaled-dot-product-attention.js";
import { checkOptions, type Rules } from "../options.js";
import { type AnyTensor, Tensor } from "../tensor.js";
import { Dropout, type DropoutLayerOptions } from "./dropout.js";
import { layerOptions } from "./layer-options.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";

/** The mask options of `scaledDotProductAttention`, which describes them. */
export interface MaskOptions {
  mask?: AnyTensor | null;
  additiveMask?: Tensor | null;
  causal?: boolean;
}

/**
 * A tensor of zeros and ones, with 0 where a query does not see a key. It broadcasts to [B, nHead, L, S], or it is [B,
 * L, S] for every head. "causal" lets each query see only the keys up to its own position. An object has other options,
 * such as `{ additiveMask }`.
 */
export type Mask = AnyTensor | "causal" | MaskOptions | null;

const maskRules: Rules<MaskOptions> = {
  mask: "Tensor|null",
  additiveMask: "Tensor|null",
  causal: "boolean",
};

/** The options of the operation for a mask. */
function optionsOf(mask: Mask): MaskOptions {
  if (mask === "causal") return { causal: true };
  if (mask === null || mask instanceof Tensor) return { mask };
  return checkOptions("MultiHeadAttention", mask, maskRules);
}

/** Options of `MultiHeadAttention`. */
export interface MultiHeadAttentionOptions extends DropoutLayerOptions {
  /** Whether the four products have biases; true by default. */
  bias?: boolean;
  /** The probability that an attention weight is dropped in training; 0 by default. */
  attentionDropout?: number;
}

const rules: Rules<MultiHeadAttentionOptions> = {
  dropout: "number",
  bias: "boolean",
  attentionDropout: "number",
  runtime: "Runtime",
};

/**
 * Multi-head attention. Each of the nHead heads has dModel / nHead features. `dropout` applies to the output (section
 * 5.4 of the paper), `attentionDropout` to the attention weights.
 * @shape query [B, L, dModel], key and value [B, S, dModel], mask [B, nHead, L, S] or what broadcasts to it → [B, L,
 *   dModel]
 * @throws RangeError for nHead that does not divide dModel and on shapes that do not fit; TypeError for masks that the
 *   operation refuses
 * @source Vaswani et al. 2017, arXiv 1706.03762
 */
export class MultiHeadAttention extends Module {
  readonly nHead: number;
  readonly wQ: Linear;
  readonly wK: Linear;
  readonly wV: Linear;
  readonly wO: Linear;
  readonly dropout: Dropout;
  readonly attentionDropout: number;

  constructor(dModel: number, nHead: number, options: MultiHeadAttentionOptions = {}) {
    super();
    const {
      dropout = 0,
      attentionDropout = 0,
      bias = true,
      runtime,
    } = layerOptions("MultiHeadAttention", options, rules);
    this.dropout = new Dropout(dropout);
    checkHeads("MultiHeadAttention", dModel, nHead);
    if (!(attentionDropout >= 0 && attentionDropout < 1))
      throw new RangeError(
        `MultiHeadAttention: expected attentionDropout from 0 to below 1, got ${attentionDropout}`,
      );
    this.nHead = nHead;
    this.attentionDropout = attentionDropout;
    const square = () => new Linear(dModel, dModel, { bias, runtime });
    [this.wQ, this.wK, this.wV, this.wO] = this.asOne(
      () => [square(), square(), square(), square()] as const,
    );
  }

  forward(query: Tensor, key: Tensor = query, value: Tensor = key, mask: Mask = null): Tensor {
    return this.asOne(() => {
      const [q, k, v] = [this.wQ.forward(query), this.wK.forward(key), this.wV.forward(value)];
      const dropout = this.training ? this.attentionDropout : 0;
      const options = { ...optionsOf(mask), heads: this.nHead, dropout };
      const mixed = scaledDotProductAttention(q, k, v, options);
      return this.dropout.forward(this.wO.forward(mixed));
    });
  }
}
