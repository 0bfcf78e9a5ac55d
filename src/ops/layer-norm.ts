import type { Shape, Tensor } from "../tensor.js";
import { rowNorm } from "./row-norm.js";

export interface LayerNormOptions {
  weight?: Tensor | null;
  bias?: Tensor | null;
  eps?: number;
}

/**
 * Layer normalisation (Ba, Kiros, Hinton 2016, arXiv 1607.06450) over the last axes of x, whose lengths are `normalizedShape`;
 * weight and bias have that shape. Throws RangeError on shapes that do not fit.
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  { weight, bias, eps = 1e-5 }: LayerNormOptions = {},
): Tensor {
  return rowNorm("layerNorm", x, normalizedShape, { weight, bias, eps, centre: true });
}
