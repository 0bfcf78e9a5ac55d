import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { type AnyTensor, show, type Tensor, tensor } from "../../tensor.js";
import type { Activation } from "../elementwise/activation.js";
import { concat } from "../shape/concat.js";
import { slice } from "../shape/slice.js";
import { batchNormOf, checkChannelNorm, noStatistics } from "./batch-norm.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import { checkMask, validOf } from "./valid-positions.js";

/** Options of `ghostBatchNorm`. */
export interface GhostBatchNormOptions extends LayoutOptions {
  /** Running mean [C]: used when not training, moved in place when training. */
  runningMean?: Tensor | null;
  /** Running variance [C], used and moved with the mean. */
  runningVar?: Tensor | null;
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Whether to normalise by the statistics of each chunk and move the running ones; false by default. */
  training?: boolean;
  /** Share of a chunk's value in the running statistics; 0.01 by default. */
  momentum?: number;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** The activation behind the norm, in the same pass over memory; none by default. */
  activation?: Activation | null;
  /** A mask [N, ...], as in batchNorm: 1 for positions that count, of which every chunk needs two, 0 for padding. */
  mask?: AnyTensor | null;
  /** At most this many samples share statistics; 128 by default. */
  virtualBatchSize?: number;
}

const rules: Rules<GhostBatchNormOptions> = {
  runningMean: "Tensor|null",
  runningVar: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  training: "boolean",
  momentum: "number",
  eps: "number",
  layout: layouts,
  activation: "string|null",
  mask: "Tensor|null",
  virtualBatchSize: "number",
};

/**
 * Ghost batch normalisation of x [N, C, ...]. In training the batch is cut into ⌈N / virtualBatchSize⌉ chunks (as
 * torch.chunk does). Each chunk is normalised by its own statistics, and all of them move the running statistics. Size
 * 128 and momentum 0.01 are those of TabNet.
 * @shape x [N, C, ...], weight [C] or null, bias [C] or null → [N, C, ...]
 * @throws RangeError as batchNorm does, for any of the chunks, and for a virtualBatchSize that is no integer ≥ 1;
 *   TypeError without running statistics when not training
 * @source Hoffer, Hubara, Soudry 2017, arXiv 1705.08741
 */
export function ghostBatchNorm(x: Tensor, options: GhostBatchNormOptions = {}): Tensor {
  return call("ghostBatchNorm", () => {
    checkOptions("ghostBatchNorm", options, rules);
    const { virtualBatchSize = 128, momentum = 0.01, mask, ...rest } = options;
    const norm = { ...rest, momentum };
    const { dims, running } = checkChannelNorm("ghostBatchNorm", x, norm);
    if (!Number.isInteger(virtualBatchSize) || virtualBatchSize < 1) {
      throw new RangeError(
        `ghostBatchNorm: expected virtualBatchSize an integer ≥ 1, got ${virtualBatchSize}`,
      );
    }
    if (!rest.training && !running) throw noStatistics("ghostBatchNorm");
    const [batch, , length] = dims;
    if (!rest.training || batch <= virtualBatchSize)
      return batchNormOf("ghostBatchNorm", x, { ...norm, mask });
    const size = Math.ceil(batch / Math.ceil(batch / virtualBatchSize));
    if (length * (batch % size || size) === 1) {
      throw new RangeError(
        "ghostBatchNorm: Expected more than 1 value per channel when training, got input size " +
          `${show(x.shape)} in chunks of ${size}`,
      );
    }
    if (mask && rest.layout === "nhwc") {
      const turned = { ...options, layout: "nchw" } as const;
      return asNCHW("ghostBatchNorm", [x], (x) => ghostBatchNorm(x, turned));
    }
    const masks = mask ? cut(x, mask, size) : [];
    const starts = Array.from({ length: Math.ceil(batch / size) }, (_, i) => i * size);
    const chunks = starts.map((at, i) => {
      using chunk = slice(x, 0, at, at + size);
      using mask = masks[i];
      return batchNormOf("ghostBatchNorm", chunk, { ...norm, mask });
    });
    const y = concat(chunks);
    for (const chunk of chunks) chunk.dispose();
    return y;
  });
}

/**
 * The mask of each chunk of `size` samples of x [N, C, ...]. Throws before any chunk is normalised, where one has less
 * than two valid positions.
 */
function cut(x: Tensor, mask: AnyTensor, size: number): AnyTensor[] {
  const op = "ghostBatchNorm";
  checkMask(op, mask);
  const [batch, ...space] = mask.shape;
  const counts = new Array(Math.ceil(batch / size)).fill(0);
  for (const at of validOf(op, x, mask)) counts[Math.floor((at * batch) / x.size / size)]++;
  if (counts.some((count) => count < 2)) {
    throw new RangeError(
      `${op}: Expected more than 1 value per channel when training, got chunks of ${counts.join(", ")} valid positions`,
    );
  }
  const { elements, dtype, runtime } = mask as Tensor;
  const step = elements.length / batch;
  return counts.map((_, i) => {
    const part = elements.slice(i * size * step, (i + 1) * size * step);
    return tensor(part, [part.length / step, ...space], { dtype, runtime });
  });
}
