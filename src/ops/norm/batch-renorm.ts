import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { type AnyTensor, show, type Tensor, tensor } from "../../tensor.js";
import { add } from "../elementwise/add.js";
import { mul } from "../elementwise/mul.js";
import { ofNothing } from "../of-nothing.js";
import { batchNorm, checkChannelNorm } from "./batch-norm.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import { overBatch, planeMoments } from "./plane-moments.js";
import { overPositions } from "./valid-positions.js";

/** Options of `batchRenorm`. */
export interface BatchRenormOptions extends LayoutOptions {
  /** Running mean [C], to which the correction leads; required, and moved in place when training. */
  runningMean?: Tensor | null;
  /** Running variance [C], used and moved with the mean. */
  runningVar?: Tensor | null;
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Whether to normalise by the corrected statistics of this batch; false by default. */
  training?: boolean;
  /** Share of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /**
   * r stays within 1/rMax … rMax; 3 by default. With 1, and dMax 0, it is batch norm, as in the first 5000 steps of the
   * paper.
   */
  rMax?: number;
  /** d stays within ±dMax; 5 by default. */
  dMax?: number;
  /** A mask [N, ...], as in batchNorm: 1 for positions that count, 0 for padding. */
  mask?: AnyTensor | null;
}

const rules: Rules<BatchRenormOptions> = {
  runningMean: "Tensor|null",
  runningVar: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  training: "boolean",
  momentum: "number",
  eps: "number",
  rMax: "number",
  dMax: "number",
  layout: layouts,
  mask: "Tensor|null",
};

/**
 * Batch renormalisation of x [N, C, ...]: in training ((x − μ)/σ·r + d)·weight + bias with r = σ/σ_run and
 * d = (μ − μ_run)/σ_run. r and d are clipped and constant to the gradient. They make training do what evaluation, by
 * the running statistics, will do. σ = √(variance + eps). The paper ends with rMax 3 and dMax 5.
 * @shape x [N, C, ...], weight [C] or null, bias [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes, when training with one value per channel, and for rMax below 1 or dMax below 0;
 *   TypeError without running statistics
 * @source Ioffe 2017, arXiv 1702.03275
 */
export function batchRenorm(x: Tensor, options: BatchRenormOptions = {}): Tensor {
  return call("batchRenorm", () => {
    const { mask, ...own } = checkOptions("batchRenorm", options, rules);
    const plain = (x: Tensor) => batchRenorm(x, { ...own, layout: "nchw" });
    if (mask) return overPositions("batchRenorm", x, mask, own, plain);
    if (own.layout === "nhwc") return asNCHW("batchRenorm", [x], plain);
    const { rMax = 3, dMax = 5, ...norm } = own;
    const { dims, running } = checkChannelNorm("batchRenorm", x, norm);
    if (!running) throw new TypeError("batchRenorm: runningMean and runningVar must be defined");
    if (typeof rMax !== "number" || typeof dMax !== "number")
      throw new TypeError(
        `batchRenorm: expected rMax and dMax to be numbers, got ${rMax} and ${dMax}`,
      );
    if (!(rMax >= 1 && dMax >= 0))
      throw new RangeError(`batchRenorm: expected rMax ≥ 1 and dMax ≥ 0, got ${rMax} and ${dMax}`);
    if (!norm.training) return batchNorm(x, norm);
    const { runtime } = x;
    const [batch, channels, length] = dims;
    if (batch * length === 1) {
      throw new RangeError(
        `batchRenorm: Expected more than 1 value per channel when training, got input size ${show(x.shape)}`,
      );
    }
    const { weight, bias, eps = 1e-5 } = norm;
    if (x.size === 0) return ofNothing("batchRenorm", x, [x, weight, bias]);
    const { mean, variance } = overBatch(planeMoments(x, batch * channels, length), channels);
    const [runningMean, runningVar] = [running.mean.elements, running.variance.elements];
    const runningStd = Float64Array.from(runningVar, (v) => Math.sqrt(v + eps));
    const clip = (v: number, low: number, high: number) => Math.min(Math.max(v, low), high);
    // Where σ is 0 the normalised value is 0, whatever it is multiplied with.
    const ratio = (a: number, b: number) => (a === b ? 1 : a / b);
    const r = variance.map((v, c) =>
      clip(ratio(Math.sqrt(v + eps), runningStd[c]), 1 / rMax, rMax),
    );
    const d = mean.map((m, c) => {
      const off = m - runningMean[c];
      return off === 0 ? 0 : clip(off / runningStd[c], -dMax, dMax);
    });
    using scale = tensor(Float32Array.from(r), [channels], { runtime });
    using offset = tensor(Float32Array.from(d), [channels], { runtime });
    using factor = weight ? mul(weight, scale) : null;
    using moved = weight ? mul(weight, offset) : null;
    using shift = bias ? add(moved ?? offset, bias) : null;
    return batchNorm(x, { ...norm, weight: factor ?? scale, bias: shift ?? moved ?? offset });
  });
}
