import { type How, record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { power } from "../../portable-math.js";
import { empty, show, sizeOf, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { ofNothing } from "../of-nothing.js";
import { planeMoments } from "./plane-moments.js";
import { gradientOf, type Planes, planeCombine, planeProducts } from "./slice-maps.js";

/** Options of `weightStandardization`. */
export interface WeightStandardizationOptions {
  /** Added to the deviation or, with `epsInside`, to the variance; 1e-5 by default. */
  eps?: number;
  /**
   * Where eps goes: (w − mean)/(std + eps) as in the paper's code (default), or (w − mean)/√(variance + eps) as in
   * timm.
   */
  epsInside?: boolean;
  /** Divisor n − correction of the variance: 1 as in the paper's code (default), or 0 as in timm. */
  correction?: 0 | 1;
}

/** Options of `scaledWeightStandardization`. */
export interface ScaledWeightStandardizationOptions {
  /** A learned factor [filters]; 1 without it. */
  gain?: Tensor | null;
  /** The constant of the activation that follows, for example √(2/(1 − 1/π)) for ReLU; 1 by default. */
  gamma?: number;
  /**
   * The least that variance·fanIn counts as, 1e-4 by default; with `epsAdded` added to the variance, 1e-6 by default.
   */
  eps?: number;
  /** √max(variance·fanIn, eps) as in the authors' code (default), or √((variance + eps)·fanIn) as in timm. */
  epsAdded?: boolean;
}

/** 1/deviation as a function of the biased variance, and its derivative. */
type Scale = (variance: number) => { scale: number; slope: number };

/** gain·(w − mean)·scale(variance) for each filter w[o]. It is a layer norm whose deviation is given as a function. */
function standardize(how: How, w: Tensor, gain: Tensor | null, scaleOf: Scale): Tensor {
  return call(how.op, () => {
    if (w.size === 0) return ofNothing(how.op, w, [w, gain]);
    const filters: Planes = { outer: 1, planes: w.shape[0], inner: sizeOf(w.shape.slice(1)) };
    const { mean, variance } = planeMoments(w, filters.planes, filters.inner);
    const scales = Array.from(variance, scaleOf);
    const factors = gain?.toArray() ?? new Float32Array(filters.planes).fill(1);
    const y = empty(w.runtime, w.shape);
    const p = scales.map(({ scale }, i) => factors[i] * scale);
    planeCombine(y, filters, { a: w, p, r: p.map((value, i) => -value * mean[i]) });
    return record({ ...how, factors }, y, [w, gain], [w], (dy, [w], needs) => {
      const sums = planeProducts(filters, dy);
      const products = planeProducts(filters, dy, w).map((value, i) => value - mean[i] * sums[i]); // Σdy·(w − mean)
      const dw = needs[0] ? empty(w.runtime, w.shape) : null;
      if (dw) {
        // The variance sends back 2/n·(w − mean) times what it gets.
        const q = products.map((v, i) => (2 * factors[i] * scales[i].slope * v) / filters.inner);
        const r = q.map((v, i) => -v * mean[i] - (p[i] * sums[i]) / filters.inner);
        planeCombine(dw, filters, { a: dy, p, b: w, q, r });
      }
      const dgain = gradientOf(w, needs[1], [filters.planes], (i) => products[i] * scales[i].scale);
      return [dw, dgain];
    });
  });
}

function checkFilters(op: string, w: Tensor): number {
  checkTensor(op, "weight", w);
  if (w.shape.length < 2)
    throw new RangeError(`${op}: expected weight of shape [out, in, ...], got ${show(w.shape)}`);
  return sizeOf(w.shape.slice(1));
}

const rules: Rules<WeightStandardizationOptions> = {
  eps: "number",
  epsInside: "boolean",
  correction: [0, 1],
};

/**
 * Weight standardisation of w [out, in, ...]: each filter less its mean, divided by its standard deviation. A constant
 * filter becomes 0.
 * @shape w [out, in, ...] → the same shape
 * @throws RangeError for a weight of one axis
 * @source Qiao, Wang, Liu, Shen, Yuille 2019, arXiv 1903.10520
 */
export function weightStandardization(
  w: Tensor,
  options: WeightStandardizationOptions = {},
): Tensor {
  const {
    eps = 1e-5,
    epsInside = false,
    correction = 1,
  } = checkOptions("weightStandardization", options, rules);
  const op = "weightStandardization";
  const n = checkFilters(op, w);
  checkNumber(op, "eps", eps);
  const factor = n / Math.max(n - correction, 1); // a filter of one element is 0 either way
  return standardize({ op, factor, eps, epsInside }, w, null, (biased) => {
    const variance = biased * factor;
    if (epsInside) {
      const scale = variance + eps > 0 ? 1 / Math.sqrt(variance + eps) : 0;
      return { scale, slope: (-factor / 2) * power(scale, 3) };
    }
    const std = Math.sqrt(variance);
    const scale = std + eps > 0 ? 1 / (std + eps) : 0;
    return { scale, slope: std > 0 ? (-factor * scale ** 2) / (2 * std) : 0 };
  });
}

const scaledRules: Rules<ScaledWeightStandardizationOptions> = {
  gain: "Tensor|null",
  gamma: "number",
  eps: "number",
  epsAdded: "boolean",
};

/**
 * Scaled weight standardisation of w [out, in, ...]: gain·gamma·(w − mean)/√max(variance·fanIn, eps), so that a layer
 * keeps the variance of its input.
 * @shape w [out, in, ...], gain [out] or null → the shape of w
 * @throws RangeError for a weight of one axis and another shape of `gain`
 * @source Brock, De, Smith 2021, arXiv 2101.08692; NFNets, 2102.06171
 */
export function scaledWeightStandardization(
  w: Tensor,
  options: ScaledWeightStandardizationOptions = {},
): Tensor {
  checkOptions("scaledWeightStandardization", options, scaledRules);
  const op = "scaledWeightStandardization";
  const { gain = null, gamma = 1, epsAdded = false } = options;
  const { eps = epsAdded ? 1e-6 : 1e-4 } = options;
  const fanIn = checkFilters(op, w);
  checkShape(op, "gain", gain, [w.shape[0]]);
  checkSameRuntime(op, w, gain);
  checkNumber(op, "eps", eps);
  checkNumber(op, "gamma", gamma);
  return standardize({ op, fanIn, gamma, eps, epsAdded }, w, gain, (variance) => {
    const inner = epsAdded ? (variance + eps) * fanIn : Math.max(variance * fanIn, eps);
    const scale = inner === 0 ? 0 : gamma / Math.sqrt(inner); // NaN stays
    const moves = epsAdded || variance * fanIn > eps;
    return { scale, slope: moves && inner > 0 ? (-fanIn * scale) / (2 * inner) : 0 };
  });
}
