import { checkInteger } from "../numbers.js";
import { embedding, paddingRow } from "../ops/product/embedding.js";
import type { Rules } from "../options.js";
import { randn } from "../random.js";
import { type AnyTensor, keep, type Tensor } from "../tensor.js";
import type { LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";

/** Options of `Embedding`. */
export interface EmbeddingLayerOptions extends LayerOptions {
  /** A symbol whose vector is 0 at first and gets no gradient; below 0 it counts from the end. None by default. */
  paddingIdx?: number | null;
}

const rules: Rules<EmbeddingLayerOptions> = { paddingIdx: "number|null", runtime: "Runtime" };

/**
 * A learned vector, N(0, 1) at first, for each of numEmbeddings symbols.
 * @shape ids [...] of int32 or int64 → [..., embeddingDim]
 * @throws RangeError for ids outside 0 … numEmbeddings − 1; TypeError for ids of another dtype
 * @source torch.nn.Embedding
 */
export class Embedding extends Module {
  readonly weight: Tensor;
  readonly paddingIdx: number | null;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingLayerOptions = {}) {
    super();
    const { runtime, paddingIdx } = layerOptions("Embedding", options, rules);
    checkInteger("Embedding", "numEmbeddings", numEmbeddings);
    checkInteger("Embedding", "embeddingDim", embeddingDim);
    const row = paddingRow("Embedding", paddingIdx, numEmbeddings);
    this.paddingIdx = row < 0 ? null : row;
    this.weight = keep(randn([numEmbeddings, embeddingDim], { runtime, requiresGrad: true }));
    const { elements } = this.weight;
    if (row >= 0) elements.fill(0, row * embeddingDim, (row + 1) * embeddingDim);
  }

  protected override extraRepr(): string[] {
    const { weight, paddingIdx } = this;
    const own = weight.shape.map(String);
    return paddingIdx === null ? own : [...own, `padding_idx=${paddingIdx}`];
  }

  forward(ids: AnyTensor): Tensor {
    const { weight, paddingIdx } = this;
    return embedding(weight, ids, { paddingIdx });
  }
}
