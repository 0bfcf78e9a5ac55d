import { Dropout } from "../nn/dropout.js";
import { Embedding } from "../nn/embedding.js";
import { Identity } from "../nn/identity.js";
import type { LayerOptions } from "../nn/init.js";
import { Linear } from "../nn/linear.js";
import { Module } from "../nn/module.js";
import { Sequential } from "../nn/sequential.js";
import { checkInteger } from "../numbers.js";
import { add } from "../ops/elementwise/add.js";
import { checkOptions, describe, type Rules } from "../options.js";
import { show } from "../shape.js";
import { type AnyTensor, Tensor, tensor } from "../tensor.js";
import { checkBlock } from "./block-options.js";
import { TransformerBlock, type TransformerBlockOptions } from "./transformer-block.js";
import { transformerNorm } from "./transformer-norms.js";

/** Options of `TransformerLM`. The default of `norm` is "pre" here. */
export interface TransformerLMOptions extends TransformerBlockOptions {
  /** The number of symbols. */
  vocabSize: number;
  /** The length of the longest sequence. One position is learned for each place in it. */
  contextLength: number;
  /** The number of blocks. */
  layers: number;
}

const rules: Rules<TransformerLMOptions> = {
  vocabSize: "number",
  contextLength: "number",
  layers: "number",
  dModel: "number",
  nHead: "number",
  dFF: "number",
  norm: ["post", "pre"],
  normLayer: "string|function",
  dropout: "number",
  runtime: "Runtime",
};

/**
 * A language model. It has learned vectors for symbols and positions, causal transformer blocks, and gives the logits
 * of the next symbol at each place. The default is pre-norm, with a final norm.
 * @shape ids [B, T] of int32 or int64 → [B, T, vocabSize]
 * @throws RangeError for an unknown norm, and for a sequence longer than `contextLength`
 */
export class TransformerLM extends Module {
  readonly tokens: Embedding;
  readonly positions: Embedding;
  readonly dropout: Dropout;
  readonly blocks: Sequential;
  readonly norm: Module;
  readonly head: Linear;

  constructor(options: TransformerLMOptions) {
    super();
    checkOptions("TransformerLM", options, rules);
    checkBlock("TransformerLM", options);
    const { vocabSize, contextLength, layers, norm = "pre", ...block } = options;
    const { dModel, normLayer = "layer", dropout = 0, runtime } = block;
    const layer: LayerOptions = { runtime };
    for (const [name, value] of Object.entries({ vocabSize, contextLength, layers }))
      checkInteger("TransformerLM", name, value);
    const parts = this.asOne(() => ({
      tokens: new Embedding(vocabSize, dModel, layer),
      positions: new Embedding(contextLength, dModel, layer),
      blocks: Array.from({ length: layers }, () => new TransformerBlock({ ...block, norm })),
      norm:
        norm === "pre"
          ? transformerNorm("TransformerLM", normLayer, dModel, layer)
          : new Identity(),
      head: new Linear(dModel, vocabSize, { ...layer, bias: false }),
    }));
    this.tokens = parts.tokens;
    this.positions = parts.positions;
    this.dropout = new Dropout(dropout);
    this.blocks = new Sequential(...parts.blocks);
    this.norm = parts.norm;
    this.head = parts.head;
  }

  /** Throws RangeError for a sequence longer than `contextLength`. */
  forward(ids: AnyTensor): Tensor {
    return this.asOne(() => {
      if (!(ids instanceof Tensor))
        throw new TypeError(`TransformerLM: expected ids to be a tensor, got ${describe(ids)}`);
      const [length, context] = [ids.shape.at(-1) ?? 0, this.positions.weight.shape[0]];
      if (ids.shape.length !== 2 || length > context) {
        throw new RangeError(
          `TransformerLM: expected ids of shape [B, T ≤ ${context}], got ${show(ids.shape)}`,
        );
      }
      const places = Int32Array.from({ length }, (_, i) => i);
      using at = tensor(places, [length], { runtime: ids.runtime });
      const x = add(this.tokens.forward(ids), this.positions.forward(at));
      const mixed = (this.blocks.layers as readonly TransformerBlock[]).reduce(
        (value, block) => block.forward(value, "causal"),
        this.dropout.forward(x),
      );
      return this.head.forward(this.norm.forward(mixed));
    });
  }
}
