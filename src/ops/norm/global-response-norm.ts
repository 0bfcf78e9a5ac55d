import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, full, show, type Tensor, temporary } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { ofNothing } from "../of-nothing.js";
import { asNCHW, channelShape, type LayoutOptions, layouts } from "./layout.js";
import {
  planeAffine,
  planeGradient,
  planeStatistics,
  planeSums,
  planesOf,
  type Statistics,
} from "./plane-statistics.js";

/** Options of `globalResponseNorm`. */
export interface GlobalResponseNormOptions extends LayoutOptions {
  /** Added to the mean of the norms; 1e-6 by default. */
  eps?: number;
}

/** ‖x‖₂ of each plane, and for each sample the mean of these plus eps. */
function norms(x: Tensor, eps: number) {
  const [batch, channels] = x.shape;
  const { length } = planesOf(x);
  using stats = planeStatistics(x, 0);
  const moments = stats.elements;
  const g = Float64Array.from({ length: batch * channels }, (_, p) =>
    Math.sqrt(length * (moments[3 * p + 1] + moments[3 * p] ** 2)),
  );
  const means = new Float64Array(batch).fill(eps);
  g.forEach((norm, p) => {
    means[Math.floor(p / channels)] += norm / channels;
  });
  return { g, means };
}

/** Statistics with which x̂ is x. */
function identity(x: Tensor): Statistics {
  const stats = empty(x.runtime, [x.shape[0] * x.shape[1], 3], "float64");
  stats.elements.fill(1).forEach((_, i, elements) => {
    if (i % 3 === 0) elements[i] = 0;
  });
  return stats;
}

function nchw(x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor {
  const op = "globalResponseNorm";
  const { runtime } = x;
  const [batch, channels] = x.shape;
  const planes = batch * channels;
  const { g, means } = norms(x, eps);
  using scale = temporary(runtime, [planes]);
  using shift = temporary(runtime, [planes]);
  const [scales, shifts] = [scale.elements, shift.elements];
  const [gamma, beta] = [weight.elements, bias.elements];
  for (let p = 0; p < planes; p++) {
    const c = p % channels;
    scales[p] = 1 + (gamma[c] * g[p]) / means[Math.floor(p / channels)];
    shifts[p] = beta[c];
  }
  using stats = identity(x);
  const y = planeAffine(x, stats, scale, shift);
  const saved = [x, stats, scale, weight];
  const how = { op, rule: "globalResponseNorm", eps };
  return record(how, y, [x, weight, bias], saved, (dy, saved, needs) => {
    const [x, stats, scale, weight] = saved as unknown as [Tensor, Statistics, Tensor, Tensor];
    const sums = planeSums(dy, x, stats);
    const [dweight, dbias] = [1, 2].map(() => full([channels], 0, { runtime }));
    const [dw, db] = [0, 0].map(() => new Float64Array(channels));
    using back = temporary(runtime, [planes, 2], "float64");
    const [gamma, pairs] = [weight.elements, back.elements];
    for (let n = 0; n < batch; n++) {
      // dnx = weight·Σdy·x; dg = dnx / mean − Σ dnx·g / (mean²·channels); dx = scale·dy + x·dg / g
      let total = 0;
      for (let c = 0, p = n * channels; c < channels; c++, p++) {
        db[c] += sums[2 * p];
        dw[c] += (sums[2 * p + 1] * g[p]) / means[n];
        total += (gamma[c] * sums[2 * p + 1] * g[p]) / means[n];
      }
      for (let c = 0, p = n * channels; c < channels; c++, p++) {
        const dg = (gamma[c] * sums[2 * p + 1] - total / channels) / means[n];
        [pairs[2 * p], pairs[2 * p + 1]] = [0, g[p] === 0 ? 0 : -dg / g[p]];
      }
    }
    dweight.elements.set(dw);
    dbias.elements.set(db);
    return [needs[0] ? planeGradient(dy, x, stats, scale, back) : null, dweight, dbias];
  });
}

const rules: Rules<GlobalResponseNormOptions> = { eps: "number", layout: layouts };

/**
 * Global response normalisation of x [N, C, ...]: weight·x·g/(mean(g) + eps) + bias + x. g is the 2-norm of each plane,
 * and its mean is over the channels; weight and bias [C], eps = 1e-6. For `layout` "nhwc" x is [N, ..., C], as in the
 * reference.
 * @shape x [N, C, ...], weight [C], bias [C] → [N, C, ...]
 * @throws RangeError on wrong shapes
 * @source Woo et al. 2023, ConvNeXt V2, arXiv 2301.00808
 */
export function globalResponseNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  options: GlobalResponseNormOptions = {},
): Tensor {
  const op = "globalResponseNorm";
  return call(op, () => {
    const { eps = 1e-6, layout } = checkOptions("globalResponseNorm", options, rules);
    checkTensor(op, "input", x);
    if (x.shape.length < 3)
      throw new RangeError(`${op}: expected input of 3 or more dimensions, got ${show(x.shape)}`);
    const last = layout === "nhwc";
    const [, channels] = channelShape(op, x, last);
    for (const [name, parameter] of Object.entries({ weight, bias })) {
      checkTensor(op, name, parameter);
      checkShape(op, name, parameter, [channels]);
    }
    checkSameRuntime(op, x, weight, bias);
    checkNumber(op, "eps", eps);
    if (x.size === 0) return ofNothing(op, x, [x, weight, bias]);
    if (last) return asNCHW(op, [x], (x) => nchw(x, weight, bias, eps));
    return nchw(x, weight, bias, eps);
  });
}
