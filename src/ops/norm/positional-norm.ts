import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, full, show, type Tensor } from "../../tensor.js";
import { combine, spread } from "../broadcast.js";
import { checkTensor } from "../check.js";
import { add } from "../elementwise/add.js";
import { mul } from "../elementwise/mul.js";
import { axisNorm } from "./axis-norm.js";
import { channelShape, type LayoutOptions, layouts } from "./layout.js";

/** Options of `positionalNorm`. */
export interface PositionalNormOptions extends LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Divisor C − correction of the variance: 0, the default, as in the paper; 1 as in its code. */
  correction?: 0 | 1;
}

/** What `positionalNorm` returns: the norm, and the moments for `momentShortcut`. */
export interface PositionalNorm {
  output: Tensor;
  /** The mean, [N, 1, ...] or, as the layout is, [N, ..., 1]. */
  mean: Tensor;
  /** √(variance + eps), of the same shape as the mean. */
  std: Tensor;
}

/** @internal The layer uses them too. */
export const positionalNormRules: Rules<PositionalNormOptions> = {
  eps: "number",
  correction: [0, 1],
  layout: layouts,
};

/**
 * Positional normalisation of x [N, C, ...] over the channels of each position; eps = 1e-5. Mean and deviation are
 * returned too, for a moment shortcut. Gradients flow through all three.
 * @shape x [N, C, ...] → output [N, C, ...], mean and std [N, 1, ...]
 * @throws RangeError for less than 2 dimensions and for an unbiased variance of one channel
 * @source Li, Wu, Weinberger, Belongie 2019, arXiv 1907.04312
 */
export function positionalNorm(x: Tensor, options: PositionalNormOptions = {}): PositionalNorm {
  const op = "positionalNorm";
  return call(op, () => {
    const {
      eps = 1e-5,
      correction = 0,
      layout,
    } = checkOptions("positionalNorm", options, positionalNormRules);
    checkTensor(op, "input", x);
    const { runtime, shape } = x;
    const last = layout === "nhwc";
    const [, n] = channelShape(op, x, last);
    const axis = last ? shape.length - 1 : 1;
    checkNumber(op, "eps", eps);
    if (n <= correction)
      throw new RangeError(
        `${op}: expected more than ${correction} channel(s), got ${show(shape)}`,
      );
    // (x − mean)/√(v·n/(n − 1) + eps) is √((n − 1)/n)·(x − mean)/√(v + eps·(n − 1)/n)
    const share = (n - correction) / n;
    using weight = share === 1 ? null : full([n], Math.sqrt(share), { runtime });
    const kept = shape.with(axis, 1);
    const [means, deviations] = [empty(runtime, kept), empty(runtime, kept)];
    const output = axisNorm(op, x, axis, axis + 1, {
      statistic: "moments",
      eps: eps * share,
      weight,
      onStatistics: ({ elements }) => {
        const [ofMean, ofStd] = [means.elements, deviations.elements];
        for (let i = 0; i < means.size; i++) {
          ofMean[i] = elements[3 * i];
          ofStd[i] = 1 / (elements[3 * i + 2] * Math.sqrt(share));
        }
      },
    });
    const ofMean = { op: `${op} mean`, rule: "mean", axes: [axis] };
    const mean = record(ofMean, means, [x], [], (d) => [spread(d, [axis], shape, n)]);
    const ofStd = { op: `${op} std`, rule: "std", axis, correction };
    const std = record(ofStd, deviations, [x], [output, deviations], (d, [y]) => {
      // ∂std/∂x = output/(n − correction)
      using by = full([], n - correction, { runtime });
      using each = combine("div", d, by, kept);
      return [combine("mul", y, each, shape)];
    });
    return { output, mean, std };
  });
}

/**
 * Gives the moments of an early layer to a later one: x·std + mean.
 * @shape x [N, C, ...], mean and std [N, 1, ...] → [N, C, ...]
 * @throws RangeError on shapes that cannot be broadcast together
 * @source Li, Wu, Weinberger, Belongie 2019, arXiv 1907.04312
 */
export function momentShortcut(x: Tensor, moments: Pick<PositionalNorm, "mean" | "std">): Tensor {
  const { mean, std } = moments ?? {};
  for (const [name, t] of Object.entries({ input: x, mean, std }))
    checkTensor("momentShortcut", name, t);
  return call("momentShortcut", () => {
    using scaled = mul(x, std);
    return add(scaled, mean);
  });
}
