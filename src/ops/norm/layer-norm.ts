import { checkOptions, type Rules } from "../../options.js";
import type { Shape, Tensor } from "../../tensor.js";
import type { Activation } from "../elementwise/activation.js";
import { type AddNorm, addRowNorm, rowNorm } from "./row-norm.js";

/** Options of `layerNorm` and `addLayerNorm`. */
export interface LayerNormOptions {
  /** Scale of shape `normalizedShape`; 1 without it. */
  weight?: Tensor | null;
  /** Shift of shape `normalizedShape`; 0 without it. */
  bias?: Tensor | null;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** The activation behind the norm, in the same pass over memory; none by default. */
  activation?: Activation | null;
}

const rules: Rules<LayerNormOptions> = {
  weight: "Tensor|null",
  bias: "Tensor|null",
  eps: "number",
  activation: "string|null",
};

/**
 * Layer normalisation over the last axes of x, whose lengths are `normalizedShape`. weight and bias have that shape.
 * @shape x [..., *normalizedShape] → the same shape
 * @throws RangeError on shapes that do not fit; TypeError for a normalizedShape that is no list of lengths
 * @source Ba, Kiros, Hinton 2016, arXiv 1607.06450
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
 * which goes on past the next block.
 * @shape x [..., *normalizedShape], residual of the same shape → output and sum of that shape
 * @throws RangeError on shapes that do not fit; TypeError for a normalizedShape that is no list of lengths
 * @source Ba, Kiros, Hinton 2016, arXiv 1607.06450
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
