import { TransformerBlock, type TransformerBlockOptions } from "../models/transformer-block.js";
import { transformerNorm } from "../models/transformer-norms.js";
import { Linear, Module } from "../nn/index.js";
import { add } from "../ops/add.js";
import { embedding } from "../ops/embedding.js";
import { Generator as RandomNumbers, randn, uniform_ } from "../random.js";
import { keep, type Tensor } from "../tensor.js";

export interface CharTransformerOptions extends TransformerBlockOptions {
  /** Different characters, and the most of them in one piece. */
  vocabulary: number;
  context: number;
  layers: number;
}

/** A small language model: predicts each next character of a text. */
export class CharTransformer extends Module {
  readonly tokens: Tensor;
  readonly positions: Tensor;
  readonly blocks: TransformerBlock[];
  readonly norm: Module | null;
  readonly head: Linear;

  constructor({ vocabulary, context, layers, ...block }: CharTransformerOptions) {
    super();
    const { dModel, norm, normLayer = "layer", runtime } = block;
    const table = (rows: number, seed: number): Tensor => {
      const generator = new RandomNumbers(seed);
      return keep(randn([rows, dModel], { runtime, generator, requiresGrad: true }));
    };
    this.tokens = table(vocabulary, 0);
    this.positions = table(context, 1);
    this.blocks = Array.from({ length: layers }, () => new TransformerBlock(block));
    // before the head too: the sum of all layers of a pre-norm net has been normalised nowhere
    this.norm =
      norm === "pre" ? transformerNorm("CharTransformer", normLayer, dModel, { runtime }) : null;
    this.head = new Linear(dModel, vocabulary, { runtime });
    for (const block of this.blocks) xavier(block);
  }

  override *children(): Generator<[string, Module]> {
    for (const [i, block] of this.blocks.entries()) yield [`blocks.${i}`, block];
    yield* super.children();
  }

  /** Of `count` pieces of text, their characters' indices one after the other: [count · T, vocabulary]. */
  logits(indices: Int32Array, count: number): Tensor {
    const length = indices.length / count;
    const places = Int32Array.from({ length }, (_, i) => i);
    const characters = embedding(this.tokens, indices).reshape([count, length, -1]);
    return this.forward(add(characters, embedding(this.positions, places)));
  }

  /** Embedded characters [B, T, dModel] → logits of those that follow them [B · T, vocabulary]. */
  forward(x: Tensor): Tensor {
    const mixed = this.blocks.reduce((h, block) => block.forward(h, "causal"), x);
    const out = this.norm ? this.norm.forward(mixed) : mixed;
    return this.head.forward(out.reshape([-1, x.shape[2]]));
  }
}

/**
 * Glorot and Bengio 2010's uniform weights, as in the papers compared here (Xiong et al. 2020, arXiv 2002.04745): under PyTorch's smaller
 * default for linear layers a block adds so little to its input that it matters less where the norm stands.
 */
function xavier(module: Module): void {
  for (const weight of module.parameters()) {
    if (weight.shape.length !== 2) continue;
    const bound = Math.sqrt(6 / (weight.shape[0] + weight.shape[1]));
    uniform_(weight, -bound, bound);
  }
}
