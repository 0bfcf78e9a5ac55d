import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { power } from "../../portable-math.js";
import { empty, show, type Tensor, temporary } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import {
  planeAffine,
  planeGradient,
  planeStatistics,
  planeSums,
  planesOf,
  type Statistics,
} from "./plane-statistics.js";

/** Options of `adaLIN` and `layerInstanceNorm`. */
export interface AdaLINOptions extends LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /**
   * Divisor n − correction of the variances: 0, the default, as in the authors' TensorFlow code; 1 as in their PyTorch
   * code.
   */
  correction?: 0 | 1;
}

const rules: Rules<AdaLINOptions> = { eps: "number", correction: [0, 1], layout: layouts };

/**
 * Adaptive layer-instance normalisation of x [N, C, ...]: weight·(ρ·IN(x) + (1 − ρ)·LN(x)) + bias. IN is instance norm,
 * LN is layer norm over [C, ...]. ρ [C] is in [0, 1] (not checked); weight and bias [N, C] are made from a condition;
 * eps = 1e-5.
 * @shape x [N, C, ...], rho [C], weight [N, C], bias [N, C] → [N, C, ...]
 * @throws RangeError on wrong shapes, and with `correction` 1 for planes of one element
 * @source Kim et al. 2019, U-GAT-IT, arXiv 1907.10830
 */
export function adaLIN(
  x: Tensor,
  rho: Tensor,
  weight: Tensor,
  bias: Tensor,
  options: AdaLINOptions = {},
): Tensor {
  checkOptions("adaLIN", options, rules);
  return mixed("adaLIN", x, [rho, weight, bias], false, options);
}

/**
 * Layer-instance normalisation: adaLIN with learned weight and bias of the channels.
 * @shape x [N, C, ...], rho [C], weight [C], bias [C] → [N, C, ...]
 * @throws RangeError on wrong shapes, and with `correction` 1 for planes of one element
 * @source Kim et al. 2019, U-GAT-IT, arXiv 1907.10830
 */
export function layerInstanceNorm(
  x: Tensor,
  rho: Tensor,
  weight: Tensor,
  bias: Tensor,
  options: AdaLINOptions = {},
): Tensor {
  checkOptions("layerInstanceNorm", options, rules);
  return mixed("layerInstanceNorm", x, [rho, weight, bias], true, options);
}

/**
 * Mean and 1/√(variance + eps) of each sample, from the statistics of its planes. `stats` gets 1/√(variance + eps) of
 * each plane. Where that is infinite, without eps, it gets that of the sample: of a constant plane layer norm has a
 * value and instance norm has none. `times`, 1 or ∞, is the factor that makes instance norm of it.
 */
function sampleStatistics(stats: Statistics, x: Tensor, eps: number, correction: number) {
  const [batch, channels] = x.shape;
  const { length } = planesOf(x);
  const { elements } = stats;
  const rstdOf = (variance: number, n: number) =>
    1 / Math.sqrt((variance * n) / (n - correction) + eps);
  const rows = Array.from({ length: batch }, (_, n) => {
    let mean = 0;
    let variance = 0;
    const from = n * channels;
    for (let p = from; p < from + channels; p++) mean += elements[3 * p] / channels;
    for (let p = from; p < from + channels; p++)
      variance += (elements[3 * p + 1] + (elements[3 * p] - mean) ** 2) / channels;
    return { mean, rstd: rstdOf(variance, channels * length) };
  });
  const times = new Float64Array(batch * channels);
  for (let p = 0; p < times.length; p++) {
    const rstd = rstdOf(elements[3 * p + 1], length);
    elements[3 * p + 2] = rstd < Infinity ? rstd : rows[Math.floor(p / channels)].rstd;
    times[p] = rstd < Infinity ? 1 : Infinity;
  }
  return { rows, times };
}

function mixed(
  op: string,
  x: Tensor,
  parameters: [rho: Tensor, weight: Tensor, bias: Tensor],
  shared: boolean,
  { eps = 1e-5, correction = 0, layout }: AdaLINOptions,
): Tensor {
  return call(op, () => {
    if (layout === "nhwc")
      return asNCHW(op, [x], (x) => mixed(op, x, parameters, shared, { eps, correction }));
    check(op, x, parameters, shared, eps, correction);
    const { runtime } = x;
    const [batch, channels] = x.shape;
    const { length } = planesOf(x);
    const planes = batch * channels;
    using stats = planeStatistics(x, eps);
    const { rows, times } = sampleStatistics(stats, x, eps, correction);
    // x̂ is by those statistics: IN(x) = x̂·times, LN(x) = x̂·q + d.
    const q = new Float64Array(planes);
    const d = new Float64Array(planes);
    const own = stats.elements;
    for (let p = 0; p < planes; p++) {
      const { mean, rstd } = rows[Math.floor(p / channels)];
      q[p] = rstd / own[3 * p + 2];
      d[p] = (own[3 * p] - mean) * rstd;
    }
    const [rho, gamma, beta] = parameters.map((t) => t.toArray());
    const at = (p: number) => (shared ? p % channels : p);
    /** Where instance norm has no value, a share of 0 still gives 0. */
    const shareOf = (p: number, exponent: number) => {
      const share = rho[p % channels];
      return share === 0 ? 0 : share * power(times[p], exponent);
    };
    using scale = temporary(runtime, [planes]);
    using shift = temporary(runtime, [planes]);
    const [scales, shifts] = [scale.elements, shift.elements];
    for (let p = 0; p < planes; p++) {
      const r = rho[p % channels];
      scales[p] = gamma[at(p)] * (shareOf(p, 1) + (1 - r) * q[p]);
      shifts[p] = gamma[at(p)] * (1 - r) * d[p] + beta[at(p)];
    }
    const y = planeAffine(x, stats, scale, shift);
    const shapes = parameters.map((t) => t.shape);
    const how = { op, rule: "adaLIN", rho, gamma, shapes, eps, correction };
    return record(how, y, [x, ...parameters], [x, stats, scale], (dy, saved, needs) => {
      const [x, stats, scale] = saved as unknown as [Tensor, Statistics, Tensor];
      const sums = planeSums(dy, x, stats);
      const [drho, dweight, dbias] = shapes.map(([a, b = 1]) => new Float64Array(a * b));
      using means = temporary(runtime, [planes, 2], "float64");
      const pairs = means.elements;
      for (let n = 0; n < batch; n++) {
        // The means, over a sample, of g and g·LN(x), with g = weight·(1 − ρ)·dy.
        let [a, b] = [0, 0];
        for (let c = 0, p = n * channels; c < channels; c++, p++) {
          const [s, t] = [sums[2 * p], sums[2 * p + 1]];
          const l = t * q[p] + s * d[p]; // Σdy·LN(x)
          const w = gamma[at(p)];
          a += (w * (1 - rho[c]) * s) / (channels * length);
          b += (w * (1 - rho[c]) * l) / (channels * length - correction);
          dbias[at(p)] += s;
          dweight[at(p)] += shareOf(p, 1) * t + (1 - rho[c]) * l;
          drho[c] += w * (t * times[p] - l);
        }
        for (let c = 0, p = n * channels; c < channels; c++, p++) {
          const w = gamma[at(p)];
          const m1 = (w * shareOf(p, 1) * sums[2 * p]) / length + q[p] * (a + b * d[p]);
          const own = (w * shareOf(p, 3) * sums[2 * p + 1]) / (length - correction);
          const m2 = own + q[p] ** 2 * b;
          [pairs[2 * p], pairs[2 * p + 1]] = [m1, m2];
        }
      }
      const grads = [drho, dweight, dbias].map((values, i) => {
        if (!needs[i + 1]) return null;
        const gradient = empty(runtime, shapes[i]);
        gradient.elements.set(values);
        return gradient;
      });
      return [needs[0] ? planeGradient(dy, x, stats, scale, means) : null, ...grads];
    });
  });
}

function check(
  op: string,
  x: Tensor,
  [rho, weight, bias]: Tensor[],
  shared: boolean,
  eps: number,
  correction: number,
): void {
  checkTensor(op, "input", x);
  if (x.shape.length < 3)
    throw new RangeError(`${op}: expected input of shape [N, C, ...], got ${show(x.shape)}`);
  const [batch, channels] = x.shape;
  const shape = shared ? [channels] : [batch, channels];
  for (const [name, tensor] of Object.entries({ rho, weight, bias })) {
    checkTensor(op, name, tensor);
    checkShape(op, name, tensor, name === "rho" ? [channels] : shape);
  }
  checkSameRuntime(op, x, rho, weight, bias);
  checkNumber(op, "eps", eps);
  if (planesOf(x).length <= correction) {
    throw new RangeError(
      `${op}: Expected more than 1 spatial element with unbiased variances, got input size ${show(x.shape)}`,
    );
  }
}
