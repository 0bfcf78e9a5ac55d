import type { Shape, Tensor } from "../tensor.js";
import { rowNorm } from "./row-norm.js";

export interface RMSNormOptions {
  weight?: Tensor | null;
  /** Default: 2⁻²³, the spacing of float32 at 1. */
  eps?: number | null;
}

/**
 * RMS normalisation (Zhang, Sennrich 2019, arXiv 1910.07467) over the last axes of x: x/√(mean(x²) + eps)·weight; weight has the
 * shape `normalizedShape`. Throws RangeError on shapes that do not fit.
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: Shape,
  { weight, eps }: RMSNormOptions = {},
): Tensor {
  const options = { weight, bias: null, eps: eps ?? 1.1920928955078125e-7, centre: false };
  return rowNorm("rmsNorm", x, normalizedShape, options);
}
