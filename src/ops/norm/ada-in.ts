import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { isShape, show, type Tensor, temporary } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import {
  planeAffine,
  planeGradient,
  planeNorm,
  planeStatistics,
  planeSums,
  planesOf,
  type Statistics,
} from "./plane-statistics.js";

/** Options of `adaIN`. */
export interface AdaINOptions extends LayoutOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** 1, the default: unbiased variances as in the reference code; 0: biased ones as in the paper's formula. */
  correction?: 0 | 1;
}

const rules: Rules<AdaINOptions> = { eps: "number", correction: [0, 1], layout: layouts };

/**
 * Adaptive instance normalisation: the planes of x [N, C, ...] get the mean and the deviation √(variance + eps) of the
 * planes of style [N, C, ...]; eps = 1e-5.
 * @shape x [N, C, ...], style [N, C, ...] → [N, C, ...]; the two may differ in height and width
 * @throws RangeError when batch or channels differ, and for planes of one element, which have no unbiased variance
 * @source Huang, Belongie 2017, arXiv 1703.06868
 */
export function adaIN(x: Tensor, style: Tensor, options: AdaINOptions = {}): Tensor {
  return call("adaIN", () => {
    checkOptions("adaIN", options, rules);
    if (options.layout === "nhwc")
      return asNCHW("adaIN", [x, style], (x, style) =>
        adaIN(x, style, { ...options, layout: "nchw" }),
      );
    const { eps = 1e-5, correction = 1 } = options;
    check(x, style, eps, correction);
    const { runtime } = x;
    const planes = x.shape[0] * x.shape[1];
    const [n, m] = [x, style].map((t) => planesOf(t).length);
    // The unbiased v·n/(n − 1) + eps is the biased v + eps·(n − 1)/n, times n/(n − 1).
    const [shareX, shareStyle] = [n, m].map((count) => (count - correction) / count);
    using stats = temporary(runtime, [planes, 3], "float64");
    using styleStats = planeStatistics(style, eps * shareStyle);
    using weight = temporary(runtime, [planes]);
    using bias = temporary(runtime, [planes]);
    const factor = Math.sqrt(shareX / shareStyle);
    const [ofStyle, weights, biases] = [styleStats.elements, weight.elements, bias.elements];
    for (let p = 0; p < planes; p++) {
      weights[p] = factor / ofStyle[3 * p + 2];
      biases[p] = ofStyle[3 * p];
    }
    const y = planeNorm(stats, x, weight, bias, eps * shareX);
    const saved = [x, stats, weight, style, styleStats];
    const how = { op: "adaIN", eps, correction };
    return record(how, y, [x, style], saved, (dy, saved, needs) => {
      const [x, stats, weight, style, styleStats] = saved as unknown as [
        Tensor,
        Statistics,
        Tensor,
        Tensor,
        Statistics,
      ];
      const sums = planeSums(dy, x, stats);
      using means = temporary(runtime, [planes, 2], "float64");
      const weights = weight.elements;
      means.elements.set(sums.map((sum, i) => (weights[i >> 1] * sum) / n));
      // The mean of the style gets Σdy and its deviation Σdy·x̂. On the style this is a + b·ŝ.
      using a = temporary(runtime, [planes]);
      using b = temporary(runtime, [planes]);
      const [shifts, slopes] = [a.elements, b.elements];
      for (let p = 0; p < planes; p++) {
        shifts[p] = sums[2 * p] / m;
        slopes[p] = (factor * sums[2 * p + 1]) / m;
      }
      return [
        needs[0] ? planeGradient(dy, x, stats, weight, means) : null,
        needs[1] ? planeAffine(style, styleStats, b, a) : null,
      ];
    });
  });
}

function check(x: Tensor, style: Tensor, eps: number, correction: number): void {
  for (const [name, t] of Object.entries({ input: x, style })) {
    checkTensor("adaIN", name, t);
    if (t.shape.length < 3)
      throw new RangeError(`adaIN: expected ${name} of shape [N, C, ...], got ${show(t.shape)}`);
    if (planesOf(t).length <= correction) {
      throw new RangeError(
        `adaIN: Expected more than 1 spatial element with unbiased variances, got ${name} size ${show(t.shape)}`,
      );
    }
  }
  if (!isShape(x.shape.slice(0, 2), style.shape.slice(0, 2))) {
    throw new RangeError(
      `adaIN: expected style with batch and channels ${show(x.shape.slice(0, 2))}, got ${show(style.shape)}`,
    );
  }
  checkSameRuntime("adaIN", x, style);
  checkNumber("adaIN", "eps", eps);
}
