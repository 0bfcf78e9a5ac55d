import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { show, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import type { Activation } from "../elementwise/activation.js";
import { concat } from "../shape/concat.js";
import { slice } from "../shape/slice.js";
import { batchNormOf, checkChannelNorm, noStatistics } from "./batch-norm.js";
import { type LayoutOptions, layouts } from "./layout.js";

export interface SyncBatchNormOptions extends LayoutOptions {
  /** Running statistics [C]: used when not training, moved in place when training. */
  runningMean?: Tensor | null;
  runningVar?: Tensor | null;
  weight?: Tensor | null;
  bias?: Tensor | null;
  training?: boolean;
  /** Share of the new value in the running statistics. */
  momentum?: number;
  /** The running variance takes that of the batch times n/(n − correction). */
  correction?: 0 | 1;
  eps?: number;
  /** The activation behind the norm, in the same pass over memory. */
  activation?: Activation | null;
}

const rules: Rules<SyncBatchNormOptions> = {
  runningMean: "Tensor|null",
  runningVar: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  training: "boolean",
  momentum: "number",
  correction: [0, 1],
  eps: "number",
  layout: layouts,
  activation: "string|null",
};

/**
 * Batch normalisation of the shards [Nₖ, C, ...] of a batch by the statistics of all of them, as torch.nn.SyncBatchNorm
 * does over processes (MegDet, Peng et al. 2017, arXiv 1711.07240). In training it is batchNorm of their concatenation,
 * cut up again. The gradient that a shard's output sends to weight and bias is the shard's own sum. Throws as batchNorm
 * and concat do.
 */
export function syncBatchNorm(
  shards: readonly Tensor[],
  options: SyncBatchNormOptions = {},
): Tensor[] {
  return call("syncBatchNorm", () => {
    checkOptions("syncBatchNorm", options, rules);
    if (!Array.isArray(shards)) throw new TypeError("syncBatchNorm: expected an array of tensors");
    shards.forEach((shard, k) => {
      checkTensor("syncBatchNorm", `shard ${k}`, shard);
    });
    for (const shard of shards) {
      const { running } = checkChannelNorm("syncBatchNorm", shard, options);
      if (!options.training && !running) throw noStatistics("syncBatchNorm");
    }
    if (!options.training)
      return shards.map((shard) => batchNormOf("syncBatchNorm", shard, options));
    checkFit(shards);
    using whole = concat(shards);
    using y = batchNormOf("syncBatchNorm", whole, options);
    let start = 0;
    return shards.map(({ shape: [samples] }) => {
      start += samples;
      return slice(y, 0, start - samples, start);
    });
  });
}

/** Refuses what cannot be one batch. */
function checkFit(shards: readonly Tensor[]): void {
  const op = "syncBatchNorm";
  if (shards.length === 0) throw new RangeError(`${op}: expected at least one shard`);
  checkSameRuntime(op, shards[0], ...shards);
  const [{ shape }] = shards;
  shards.forEach((shard, k) => {
    if (show(shard.shape.with(0, 0)) === show(shape.with(0, 0))) return;
    throw new RangeError(
      `${op}: expected shard ${k} of shape ${show(shape)} but for the samples, got ${show(shard.shape)}`,
    );
  });
}
