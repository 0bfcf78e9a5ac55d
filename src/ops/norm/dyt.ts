import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { type Layout, layouts } from "./layout.js";
import { saturation } from "./saturation.js";

const kernels = { forward: "dytForward", backward: "dytBackward" } as const;

/** Options of `dyt`. */
export interface DyTOptions {
  /** Scale of the features [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift of the features [C]; 0 without it. */
  bias?: Tensor | null;
  /** Where the features are: the last axis ("nhwc", default), or axis 1 of [N, C, ...]. */
  layout?: Layout;
}

const rules: Rules<DyTOptions> = { weight: "Tensor|null", bias: "Tensor|null", layout: layouts };

/**
 * Dynamic tanh, which takes the place of a layer norm and needs no statistics: tanh(alpha·x)·weight + bias. alpha is
 * one learned number.
 * @shape x [..., C], alpha [1] or [] → [..., C]
 * @throws RangeError on shapes that do not fit
 * @source Zhu, Chen, He, LeCun, Liu 2025, arXiv 2503.10622
 */
export function dyt(x: Tensor, alpha: Tensor, options: DyTOptions = {}): Tensor {
  checkOptions("dyt", options, rules);
  return saturation("dyt", kernels, x, alpha, null, options);
}
