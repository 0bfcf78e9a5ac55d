import { call } from "../call.js";
import { show, type Tensor } from "../tensor.js";
import { type BatchNormOptions, batchNorm, checkChannelNorm } from "./batch-norm.js";
import { concat } from "./concat.js";
import { slice } from "./slice.js";

export interface GhostBatchNormOptions extends BatchNormOptions {
  /** At most this many samples share statistics. */
  virtualBatchSize?: number;
}

/**
 * Ghost batch normalisation (Hoffer, Hubara, Soudry 2017, arXiv 1705.08741) of x [N, C, ...]: in training the batch is cut into
 * ⌈N / virtualBatchSize⌉ chunks (as torch.chunk does), each normalised by its own statistics, which all move the running ones.
 * Size 128 and momentum 0.01 are TabNet's. Throws RangeError as batchNorm does, for any of the chunks.
 */
export function ghostBatchNorm(x: Tensor, options: GhostBatchNormOptions = {}): Tensor {
  return call("ghostBatchNorm", () => {
    const { virtualBatchSize = 128, momentum = 0.01, ...rest } = options;
    const { dims } = checkChannelNorm("ghostBatchNorm", x, { ...rest, momentum });
    if (!Number.isInteger(virtualBatchSize) || virtualBatchSize < 1) {
      throw new RangeError(
        `ghostBatchNorm: expected virtualBatchSize an integer ≥ 1, got ${virtualBatchSize}`,
      );
    }
    const [batch, , length] = dims;
    const norm = { ...rest, momentum };
    if (!rest.training || batch <= virtualBatchSize) return batchNorm(x, norm);
    const size = Math.ceil(batch / Math.ceil(batch / virtualBatchSize));
    if (length * (batch % size || size) === 1) {
      throw new RangeError(
        `ghostBatchNorm: Expected more than 1 value per channel when training, got input size ${show(x.shape)} in chunks of ${size}`,
      );
    }
    const starts = Array.from({ length: Math.ceil(batch / size) }, (_, i) => i * size);
    const chunks = starts.map((at) => {
      using chunk = slice(x, 0, at, at + size);
      return batchNorm(chunk, norm);
    });
    const y = concat(chunks);
    for (const chunk of chunks) chunk.dispose();
    return y;
  });
}
