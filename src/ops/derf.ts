import type { Tensor } from "../tensor.js";
import { type SaturationOptions, saturation } from "./saturation.js";

export type DerfOptions = SaturationOptions & {
  /** One learned number, added before the error function. */
  shift?: Tensor | null;
};

/**
 * Dynamic erf (Chen, Lu, Zhu, Sun, Liu 2025, arXiv 2512.10938), which takes the place of a layer norm and needs no statistics:
 * erf(alpha·x + shift)·weight + bias, alpha and shift one learned number each. Throws RangeError on shapes that do not fit.
 */
export function derf(x: Tensor, alpha: Tensor, options: DerfOptions = {}): Tensor {
  return saturation("derf", "derf", x, alpha, options.shift ?? null, options);
}
