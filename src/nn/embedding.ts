import { checkInteger } from "../numbers.js";
import { embedding } from "../ops/product/embedding.js";
import type { Rules } from "../options.js";
import { randn } from "../random.js";
import { type AnyTensor, keep, type Tensor } from "../tensor.js";
import type { LayerOptions } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";

const rules: Rules<LayerOptions> = { runtime: "Runtime" };

/**
 * A learned vector, N(0, 1) at first, for each of numEmbeddings symbols.
 * @shape ids [...] of int32 or int64 → [..., embeddingDim]
 * @throws RangeError for ids outside 0 … numEmbeddings − 1; TypeError for ids of another dtype
 * @source torch.nn.Embedding
 */
export class Embedding extends Module {
  readonly weight: Tensor;

  constructor(numEmbeddings: number, embeddingDim: number, options: LayerOptions = {}) {
    super();
    const { runtime } = layerOptions("Embedding", options, rules);
    checkInteger("Embedding", "numEmbeddings", numEmbeddings);
    checkInteger("Embedding", "embeddingDim", embeddingDim);
    this.weight = keep(randn([numEmbeddings, embeddingDim], { runtime, requiresGrad: true }));
  }

  protected override extraRepr(): string[] {
    return this.weight.shape.map(String);
  }

  forward(ids: AnyTensor): Tensor {
    return embedding(this.weight, ids);
  }
}
