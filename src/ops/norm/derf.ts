import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { type Layout, layouts } from "./layout.js";
import { saturation } from "./saturation.js";

const kernels = { forward: "derfForward", backward: "derfBackward" } as const;

export interface DerfOptions {
  /** One learned number, added before the error function. */
  shift?: Tensor | null;
  /** Scale and shift of the features [C]. */
  weight?: Tensor | null;
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
 * Dynamic erf (Chen, Lu, Zhu, Sun, Liu 2025, arXiv 2512.10938), which takes the place of a layer norm and needs no
 * statistics: erf(alpha·x + shift)·weight + bias. alpha and shift are one learned number each. Throws RangeError on
 * shapes that do not fit.
 */
export function derf(x: Tensor, alpha: Tensor, options: DerfOptions = {}): Tensor {
  checkOptions("derf", options, rules);
  return saturation("derf", kernels, x, alpha, options.shift ?? null, options);
}
