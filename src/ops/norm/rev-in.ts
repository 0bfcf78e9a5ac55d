import { type Backward, record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, show, type Tensor } from "../../tensor.js";
import { combine, spread } from "../broadcast.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { add } from "../elementwise/add.js";
import { div } from "../elementwise/div.js";
import { mul } from "../elementwise/mul.js";
import { sub } from "../elementwise/sub.js";
import { slice } from "../shape/slice.js";
import { axisNorm } from "./axis-norm.js";

/** Options of `revINInverse`: those that the `revIN` it takes back had. */
export interface RevINInverseOptions {
  /** Scale [C] behind the normalisation, which the inverse takes back; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C] behind the normalisation, which the inverse takes back; 0 without it. */
  bias?: Tensor | null;
  /** Added to the variance, and by the inverse, squared, to the weight; 1e-5 by default. */
  eps?: number;
}

/** Options of `revIN`. */
export interface RevINOptions extends RevINInverseOptions {
  /** Subtract the last position of each series instead of its mean; false by default. */
  subtractLast?: boolean;
  /** Mean and deviation are constants to the gradient (default), as in the authors' code. */
  detach?: boolean;
}

/** What `revIN` returns: the norm, and the statistics for `revINInverse`. */
export interface RevIN {
  output: Tensor;
  /** What was subtracted, the mean or the last position, of shape [N, 1, C]. */
  mean: Tensor;
  /** √(variance + eps), of the same shape. */
  std: Tensor;
}

const inverseRules: Rules<RevINInverseOptions> = {
  weight: "Tensor|null",
  bias: "Tensor|null",
  eps: "number",
};

const rules: Rules<RevINOptions> = {
  weight: "Tensor|null",
  bias: "Tensor|null",
  eps: "number",
  subtractLast: "boolean",
  detach: "boolean",
};

/** Refuses what is no batch of series [N, L, C] with the parameters [C]. */
function checkSeries(op: string, x: Tensor, { weight, bias, eps = 1e-5 }: RevINInverseOptions) {
  checkTensor(op, "input", x);
  const { shape } = x;
  if (shape.length !== 3 || shape[1] === 0)
    throw new RangeError(`${op}: expected input of shape [N, L ≥ 1, C], got ${show(shape)}`);
  for (const [name, value] of Object.entries({ weight, bias }))
    checkShape(op, name, value, [shape[2]]);
  checkSameRuntime(op, x, weight, bias);
  checkNumber(op, "eps", eps);
  return eps;
}

/** (x − mean)/std, mean and std; gradients flow through all three unless `detach`. */
function standardized(op: string, x: Tensor, eps: number, detach: boolean): RevIN {
  const { runtime, shape } = x;
  const [batch, length, channels] = shape;
  const kept = [batch, 1, channels];
  const [mean, std] = [empty(runtime, kept), empty(runtime, kept)];
  using constant = detach ? x.detach() : null;
  const output = axisNorm(op, constant ?? x, 1, 2, {
    statistic: "moments",
    eps,
    onStatistics: ({ elements }) => {
      const [means, deviations] = [mean.elements, std.elements];
      for (let i = 0; i < means.length; i++) {
        means[i] = elements[3 * i];
        deviations[i] = 1 / elements[3 * i + 2];
      }
    },
  });
  if (detach) {
    const how = { op, rule: "revIN" };
    const back: Backward = (dy, [std]) => [combine("div", dy, std, shape)];
    return { output: record(how, output, [x], [std], back), mean, std };
  }
  const ofMean = { op: `${op} mean`, rule: "mean", axes: [1] };
  const ofStd = { op: `${op} std`, rule: "std", axis: 1, correction: 0 };
  return {
    output,
    mean: record(ofMean, mean, [x], [], (d) => [spread(d, [1], shape, length)]),
    // ∂std/∂x = output/L
    std: record(ofStd, std, [x], [output, std], (d, [y]) => {
      using each = spread(d, [1], shape, length);
      return [combine("mul", y, each, shape)];
    }),
  };
}

/**
 * Reversible instance normalisation of series x [N, L, C]: each channel of each sample by its mean and deviation over
 * L, or less its last position; eps = 1e-5. Mean and deviation come along for `revINInverse`. The last position is part
 * of x, so that its gradient flows with `detach` too.
 * @shape x [N, L, C], weight [C] or null, bias [C] or null → output [N, L, C], mean and std [N, 1, C]
 * @throws RangeError on wrong shapes
 * @source Kim et al. 2022, RevIN, ICLR
 */
export function revIN(x: Tensor, options: RevINOptions = {}): RevIN {
  const op = "revIN";
  return call(op, () => {
    const { weight, bias, subtractLast, detach = true, ...own } = checkOptions(op, options, rules);
    const eps = checkSeries(op, x, { weight, bias, ...own });
    const { output: whole, mean: middle, std } = standardized(op, x, eps, detach);
    let [output, mean] = [whole, middle];
    if (subtractLast) {
      using _ = whole;
      using __ = middle;
      mean = slice(x, 1, x.shape[1] - 1);
      using moved = sub(x, mean);
      output = div(moved, std);
    }
    if (weight) {
      using plain = output;
      output = mul(plain, weight);
    }
    if (bias) {
      using scaled = output;
      output = add(scaled, bias);
    }
    return { output, mean, std };
  });
}

/**
 * Takes `revIN` back from y [N, *, C], such as a forecast made of its output: (y − bias)/(weight + eps²)·std + mean,
 * eps² as in the authors' code.
 * @shape y [N, M, C], weight [C] or null, bias [C] or null, mean and std [N, 1, C] → [N, M, C]
 * @throws RangeError on wrong shapes
 * @source Kim et al. 2022, RevIN, ICLR
 */
export function revINInverse(
  y: Tensor,
  statistics: Pick<RevIN, "mean" | "std">,
  options: RevINInverseOptions = {},
): Tensor {
  const op = "revINInverse";
  return call(op, () => {
    const { weight, bias, ...own } = checkOptions(op, options, inverseRules);
    const eps = checkSeries(op, y, { weight, bias, ...own });
    const { mean, std } = statistics ?? {};
    for (const [name, value] of Object.entries({ mean, std })) {
      checkTensor(op, name, value);
      checkShape(op, name, value, [y.shape[0], 1, y.shape[2]]);
    }
    checkSameRuntime(op, y, mean, std);
    using plain = bias ? sub(y, bias) : y.reshape(y.shape);
    using divisor = weight ? add(weight, eps * eps) : null;
    using output = divisor ? div(plain, divisor) : plain.reshape(y.shape);
    using scaled = mul(output, std);
    return add(scaled, mean);
  });
}
