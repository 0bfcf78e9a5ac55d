import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { exponentOf } from "../../portable-math.js";
import { type AnyTensor, alias, type Tensor, tensor, tidy } from "../../tensor.js";
import { checkNoGradient, checkShape } from "../check.js";
import { add } from "../elementwise/add.js";
import { div } from "../elementwise/div.js";
import { mul } from "../elementwise/mul.js";
import { sqrt } from "../elementwise/sqrt.js";
import { sub } from "../elementwise/sub.js";
import { matmul } from "../product/matmul.js";
import { mean } from "../reduce/mean.js";
import { sum } from "../reduce/sum.js";
import { permute } from "../shape/permute.js";
import { transpose } from "../shape/transpose.js";
import { checkChannelNorm } from "./batch-norm.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import { moveRunning } from "./move-running.js";
import { planeMoments } from "./plane-moments.js";
import { overPositions } from "./valid-positions.js";

/** Options of `iterNorm`. */
export interface IterNormOptions extends LayoutOptions {
  /** The running mean [C]: used when not training, moved in place when training. */
  runningMean?: Tensor | null;
  /** The whitening matrices [groups, C / groups, C / groups]: used when not training, moved in place when training. */
  runningWhitening?: Tensor | null;
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Whether to normalise by the statistics of this batch and move the running ones; false by default. */
  training?: boolean;
  /** Share of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
  /** Added to the diagonal of the covariance; 1e-5 by default. */
  eps?: number;
  /** The number of groups in which channels are whitened; 1 by default. */
  groups?: number;
  /** Newton steps towards the inverse root; 5 by default. */
  iterations?: number;
  /** A mask [N, ...], as in batchNorm: 1 for positions that count, 0 for padding. */
  mask?: AnyTensor | null;
}

const rules: Rules<IterNormOptions> = {
  runningMean: "Tensor|null",
  runningWhitening: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  training: "boolean",
  momentum: "number",
  eps: "number",
  groups: "number",
  iterations: "number",
  layout: layouts,
  mask: "Tensor|null",
};

/**
 * Iterative normalisation of x [N, C, ...], which whitens the channels of a group: Σ^(−½)·(x − mean)·weight + bias with
 * Σ = covariance + eps·I over the batch. The inverse root is made by Newton's iteration on Σ/trace (T = 5 steps).
 * @shape x [N, C, ...], weight [C] or null, bias [C] or null → [N, C, ...]
 * @throws RangeError on wrong shapes, for groups that do not divide C, and when training with one value per channel;
 *   TypeError without running statistics when not training
 * @source Huang, Zhou, Zhu, Liu, Shao 2019, arXiv 1904.03441
 */
export function iterNorm(x: Tensor, options: IterNormOptions = {}): Tensor {
  return call("iterNorm", () => {
    const { mask, ...own } = checkOptions("iterNorm", options, rules);
    const plain = (x: Tensor) => iterNorm(x, { ...own, layout: "nchw" });
    if (mask) return overPositions("iterNorm", x, mask, own, plain);
    if (own.layout === "nhwc") return asNCHW("iterNorm", [x], plain);
    const { weight, bias, runningMean, runningWhitening, training = false } = options;
    const { groups = 1, iterations = 5, momentum = 0.1, eps = 1e-5 } = options;
    const { dims } = checkChannelNorm("iterNorm", x, { weight, bias, momentum, eps });
    const [batch, channels, length] = dims;
    if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
      throw new RangeError(
        `iterNorm: expected groups to divide ${channels} channels, got ${groups}`,
      );
    const width = channels / groups;
    checkShape("iterNorm", "runningMean", runningMean, [channels]);
    checkShape("iterNorm", "runningWhitening", runningWhitening, [groups, width, width]);
    if (!Number.isInteger(iterations) || iterations < 0)
      throw new RangeError(`iterNorm: expected iterations an integer ≥ 0, got ${iterations}`);
    checkNoGradient("iterNorm", { runningMean, runningWhitening });
    if (!runningMean !== !runningWhitening)
      throw new TypeError("iterNorm: expected runningMean and runningWhitening both or neither");
    if (!training && !runningMean)
      throw new TypeError("iterNorm: runningMean must be defined in evaluation mode");
    const count = batch * length;
    if (training && count === 1) {
      throw new RangeError(
        "iterNorm: Expected more than 1 value per channel when training, got one sample of one position",
      );
    }
    return tidy(() => {
      // [N, C, L] → [groups, C / groups, N·L]
      const turned = permute(x.reshape([batch, channels, length]), [1, 0, 2]);
      const rows = turned.reshape([groups, width, count]);
      let y: Tensor;
      if (training) {
        const centre = mean(rows, 2, true);
        const rounded = sub(rows, centre);
        const rest = mean(rounded, 2, true); // what the rounding of the mean left
        const centred = sub(rounded, rest);
        const { whitening, scaled } = inverseRoot(centred, iterations, eps);
        y = matmul(whitening, scaled.rows);
        if (runningMean && runningWhitening) {
          const [first, second, matrix] = [centre, rest, whitening].map((t) => t.elements);
          const factor = (i: number) => scaled.factors[Math.floor(i / width ** 2)];
          moveRunning(runningMean, momentum, (i) => first[i] + second[i]);
          moveRunning(runningWhitening, momentum, (i) => matrix[i] * factor(i));
        }
      } else {
        const centre = alias(runningMean as Tensor, [groups, width, 1]);
        y = matmul(runningWhitening as Tensor, sub(rows, centre));
      }
      const perChannel = (t: Tensor) => t.reshape([1, channels, 1]);
      let z = permute(y.reshape([channels, batch, length]), [1, 0, 2]);
      if (weight) z = mul(z, perChannel(weight));
      if (bias) z = add(z, perChannel(bias));
      return z.reshape(x.shape);
    });
  });
}

/**
 * (Σ + eps·I)^(−½) of centred rows [groups, width, count], for rows times a factor of their group. The factor is a
 * power of two and constant to the gradient. It keeps the covariance of huge or tiny values within float32 and changes
 * nothing else.
 */
function inverseRoot(centred: Tensor, iterations: number, eps: number) {
  const { runtime } = centred;
  const [groups, width, count] = centred.shape;
  const { variance } = planeMoments(centred, groups * width, count, false);
  const factors = Float32Array.from({ length: groups }, (_, g) => {
    const own = variance.subarray(g * width, (g + 1) * width);
    const largest = own.reduce((a, b) => Math.max(a, b), 0) + eps;
    return largest > 0 && largest < Infinity ? 2 ** -Math.floor((exponentOf(largest) + 1) / 2) : 1;
  });
  const factor = tensor(factors, [groups, 1, 1], { runtime });
  const floors = tensor(
    factors.map((f) => eps * f ** 2),
    [groups, 1, 1],
    { runtime },
  );
  const identity = Float32Array.from({ length: width * width }, (_, i) => +(i % (width + 1) === 0));
  const unit = tensor(identity, [width, width], { runtime });
  const rows = mul(centred, factor);
  const covariance = div(matmul(rows, transpose(rows, 1, 2)), count);
  const sigma = add(covariance, mul(unit, floors));
  const trace = sum(mul(sigma, unit), [1, 2], true);
  const scaled = div(sigma, trace);
  let root: Tensor = unit;
  for (let k = 0; k < iterations; k++) {
    const cube = matmul(matmul(root, root), root);
    root = sub(mul(root, 1.5), mul(matmul(cube, scaled), 0.5));
  }
  return { whitening: div(root, sqrt(trace)), scaled: { rows, factors } };
}
