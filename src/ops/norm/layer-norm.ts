import { checkOptions, type Rules } from "../../options.js";
import type { Shape, Tensor } from "../../tensor.js";
import type { Activation } from "../elementwise/activation.js";
import { type AddNorm, addRowNorm, rowNorm } from "./row-norm.js";

export interface LayerNormOptions {
  weight?: Tensor | null;
  bias?: Tensor | null;
  eps?: number;
  /** The activation behind the norm, in the same pass over memory. */
  activation?: Activation | null;
}

const rules: Rules<LayerNormOptions> = {
  weight: "Tensor|null",
  bias: "Tensor|null",
  eps: "number",
  activation: "string|null",
};

/**
 * Layer normalisation (Ba, Kiros, Hinton 2016, arXiv 1607.06450) over the last axes of x, whose lengths are
 * `normalizedShape`. weight and bias have that shape. Throws RangeError on shapes that do not fit.
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  options: LayerNormOptions = {},
): Tensor {
  const { weight, bias, eps = 1e-5, activation } = checkOptions("layerNorm", options, rules);
  const o = { weight, bias, eps, centre: true, activation };
  return rowNorm("layerNorm", x, normalizedShape, o);
}

/**
 * Layer norm of x + residual, which both have one shape, in one pass. `output` is the norm; `sum` is x + residual,
 * which goes on past the next block. Throws RangeError on shapes that do not fit.
 */
export function addLayerNorm(
  x: Tensor,
  residual: Tensor,
  normalizedShape: Shape,
  options: LayerNormOptions = {},
): AddNorm {
  const { weight, bias, eps = 1e-5, activation } = checkOptions("addLayerNorm", options, rules);
  const o = { weight, bias, eps, centre: true, activation };
  return addRowNorm("addLayerNorm", x, residual, normalizedShape, o);
}
