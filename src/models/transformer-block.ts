import type { DropoutLayerOptions } from "../nn/dropout.js";
import { addAndNormalize } from "../nn/joined.js";
import { Module } from "../nn/module.js";
import { type Mask, MultiHeadAttention } from "../nn/multi-head-attention.js";
import { PositionwiseFFN } from "../nn/positionwise-ffn.js";
import { add } from "../ops/elementwise/add.js";
import { checkOptions, type Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkBlock } from "./block-options.js";
import { type TransformerNorm, transformerNorm } from "./transformer-norms.js";

/** Options of `TransformerBlock`. */
export interface TransformerBlockOptions extends DropoutLayerOptions {
  /** The number of features at each position. */
  dModel: number;
  /** The number of heads; it divides dModel. */
  nHead: number;
  /** The number of hidden features of the feed-forward net. */
  dFF: number;
  /**
   * "post", the default: the norm stands behind each sum. "pre" (Xiong et al. 2020, arXiv 2002.04745): it stands before
   * each part that is added.
   */
  norm?: "post" | "pre";
  /** Which norm; "layer" by default. */
  normLayer?: TransformerNorm;
}

const rules: Rules<TransformerBlockOptions> = {
  dModel: "number",
  nHead: "number",
  dFF: "number",
  norm: ["post", "pre"],
  normLayer: "string|function",
  dropout: "number",
  runtime: "Runtime",
};

/**
 * Attention and a position-wise feed-forward net, each added to its input. Dropout acts on what is added and on the
 * hidden features.
 * @shape x [B, T, dModel], mask as in MultiHeadAttention → [B, T, dModel]
 * @throws RangeError for an unknown norm, and for nHead that does not divide dModel
 * @source Vaswani et al. 2017, arXiv 1706.03762; Xiong et al. 2020, arXiv 2002.04745
 */
export class TransformerBlock extends Module {
  readonly attn: MultiHeadAttention;
  readonly ffn: PositionwiseFFN;
  readonly norm1: Module;
  readonly norm2: Module;
  readonly #pre: boolean;

  constructor(options: TransformerBlockOptions) {
    super();
    checkOptions("TransformerBlock", options, rules);
    checkBlock("TransformerBlock", options);
    const { dModel, nHead, dFF, norm = "post", normLayer = "layer", dropout, runtime } = options;
    const normOf = () => transformerNorm("TransformerBlock", normLayer, dModel, { runtime });
    const parts = this.asOne(() => ({
      attn: new MultiHeadAttention(dModel, nHead, { dropout, runtime }),
      ffn: new PositionwiseFFN(dModel, dFF, { dropout, runtime }),
      norm1: normOf(),
      norm2: normOf(),
    }));
    this.#pre = norm === "pre";
    this.attn = parts.attn;
    this.ffn = parts.ffn;
    this.norm1 = parts.norm1;
    this.norm2 = parts.norm2;
  }

  /** The mask has the forms of MultiHeadAttention: [T, T], [B, T, T], "causal", …. */
  forward(x: Tensor, mask: Mask = null): Tensor {
    return this.asOne(() => {
      const { attn, ffn, norm1, norm2 } = this;
      if (this.#pre) {
        const normed = norm1.forward(x);
        const mixed = addAndNormalize(norm2, x, attn.forward(normed, normed, normed, mask));
        return add(mixed.sum, ffn.forward(mixed.output));
      }
      const mixed = addAndNormalize(norm1, x, attn.forward(x, x, x, mask)).output;
      return addAndNormalize(norm2, mixed, ffn.forward(mixed)).output;
    });
  }
}
