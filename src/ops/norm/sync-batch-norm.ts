import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { isShape, show, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import type { Activation } from "../elementwise/activation.js";
import { concat } from "../shape/concat.js";
import { slice } from "../shape/slice.js";
import { batchNormOf, checkChannelNorm, noStatistics } from "./batch-norm.js";
import { type LayoutOptions, layouts } from "./layout.js";

/** Options of `syncBatchNorm`. */
export interface SyncBatchNormOptions extends LayoutOptions {
  /** Running mean [C]: used when not training, moved in place when training. */
  runningMean?: Tensor | null;
  /** Running variance [C], used and moved with the mean. */
  runningVar?: Tensor | null;
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Whether to normalise by the statistics of all shards and move the running ones; false by default. */
  training?: boolean;
  /** Share of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
  /** The running variance takes that of the batch times n/(n − correction); 1 by default. */
  correction?: 0 | 1;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** The activation behind the norm, in the same pass over memory; none by default. */
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
 * does over processes. In training it is batchNorm of their concatenation, cut up again. The gradient that a shard's
 * output sends to weight and bias is the shard's own sum.
 * @shape shards [Nₖ, C, ...] → as many tensors of the same shapes
 * @throws RangeError for no shard, shards that do not fit together, and one value per channel in all when training;
 *   TypeError without running statistics when not training
 * @source MegDet, Peng et al. 2017, arXiv 1711.07240
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
    if (isShape(shard.shape.with(0, 0), shape.with(0, 0))) return;
    throw new RangeError(
      `${op}: expected shard ${k} of shape ${show(shape)} but for the samples, got ${show(shard.shape)}`,
    );
  });
}
