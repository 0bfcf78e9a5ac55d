import type { Tensor } from "../tensor.js";
import { type SaturationOptions, saturation } from "./saturation.js";

export type DyTOptions = SaturationOptions;

/**
 * Dynamic tanh (Zhu, Chen, He, LeCun, Liu 2025, arXiv 2503.10622), which takes the place of a layer norm and needs no statistics:
 * tanh(alpha·x)·weight + bias, alpha one learned number. Throws RangeError on shapes that do not fit.
 */
export function dyt(x: Tensor, alpha: Tensor, options: DyTOptions = {}): Tensor {
  return saturation("dyt", "dyt", x, alpha, null, options);
}
