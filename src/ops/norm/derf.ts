import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { type Layout, layouts } from "./layout.js";
import { saturation } from "./saturation.js";

const kernels = { forward: "derfForward", backward: "derfBackward" } as const;

/** Options of `derf`. */
export interface DerfOptions {
  /** One learned number, added before the error function; 0 without it. */
  shift?: Tensor | null;
  /** Scale of the features [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift of the features [C]; 0 without it. */
  bias?: Tensor | null;
  /** Where the features are: the last axis ("nhwc", default), or axis 1 of [N, C, ...]. */
  layout?: Layout;
}

const rules: Rules<DerfOptions> = {
  shift: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  layout: layouts,
};

/**
 * Dynamic erf, which takes the place of a layer norm and needs no statistics: erf(alpha·x + shift)·weight + bias. alpha
 * and shift are one learned number each.
 * @shape x [..., C], alpha [1] or [] → [..., C]
 * @throws RangeError on shapes that do not fit
 * @source Chen, Lu, Zhu, Sun, Liu 2025, arXiv 2512.10938
 */
export function derf(x: Tensor, alpha: Tensor, options: DerfOptions = {}): Tensor {
  checkOptions("derf", options, rules);
  return saturation("derf", kernels, x, alpha, options.shift ?? null, options);
}
