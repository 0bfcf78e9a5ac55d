import {
  addAndNormalize,
  type DropoutLayerOptions,
  type Mask,
  Module,
  MultiHeadAttention,
  PositionwiseFFN,
} from "../nn/index.js";
import { add } from "../ops/elementwise/add.js";
import { checkOptions, type Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { checkBlock } from "./block-options.js";
import { type TransformerNorm, transformerNorm } from "./transformer-norms.js";

export interface TransformerBlockOptions extends DropoutLayerOptions {
  dModel: number;
  nHead: number;
  dFF: number;
  /**
   * "post": the norm stands behind each sum. "pre" (Xiong et al. 2020, arXiv 2002.04745): it stands before each part
   * that is added.
   */
  norm?: "post" | "pre";
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
 * Attention and a position-wise feed-forward net, each added to its input (Vaswani et al. 2017, arXiv 1706.03762): [B,
 * T, dModel] → [B, T, dModel]. Dropout acts on what is added and on the hidden features. Throws RangeError for an
 * unknown norm.
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
