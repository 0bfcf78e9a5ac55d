import { call } from "../call.js";
import type { Tensor } from "../tensor.js";
import { type BatchNormOptions, batchNorm } from "./batch-norm.js";
import { checkTensor } from "./check.js";
import { concat } from "./concat.js";
import { slice } from "./slice.js";

/**
 * Batch normalisation of the shards [Nₖ, C, ...] of a batch by the statistics of all of them, as torch.nn.SyncBatchNorm does over
 * processes (MegDet, Peng et al. 2017, arXiv 1711.07240): in training, the same as batchNorm of their concatenation, cut up again.
 * The gradient that a shard's output sends to weight and bias is the shard's own sum. Throws as batchNorm and concat do.
 */
export function syncBatchNorm(
  shards: readonly Tensor[],
  options: Omit<BatchNormOptions, "mask"> = {},
): Tensor[] {
  return call("syncBatchNorm", () => {
    if (!Array.isArray(shards)) throw new TypeError("syncBatchNorm: expected an array of tensors");
    shards.forEach((shard, k) => {
      checkTensor("syncBatchNorm", `shard ${k}`, shard);
    });
    if (!options.training) return shards.map((shard) => batchNorm(shard, options));
    using whole = concat(shards);
    using y = batchNorm(whole, options);
    let start = 0;
    return shards.map(({ shape: [samples] }) => {
      start += samples;
      return slice(y, 0, start - samples, start);
    });
  });
}
