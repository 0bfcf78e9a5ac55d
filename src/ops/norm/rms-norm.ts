import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import type { Shape, Tensor } from "../../tensor.js";
import type { Activation } from "../elementwise/activation.js";
import { add } from "../elementwise/add.js";
import { type AddNorm, addRowNorm, checkNormalizedShape, rowNorm } from "./row-norm.js";
import { scaledRows } from "./scaled-rows.js";

/** Options of `rmsNorm`. */
export interface RMSNormOptions {
  /** Scale of shape `normalizedShape`; 1 without it. */
  weight?: Tensor | null;
  /** Added to the mean square. Default: 2⁻²³, the spacing of float32 at 1. */
  eps?: number | null;
  /** Whether the factor is 1 + weight, as in Gemma; false by default. */
  unitOffset?: boolean;
  /** pRMSNorm: the share in (0, 1] of the (one) axis whose first elements make the root mean square; 1 by default. */
  partial?: number;
  /** Whether to divide by rms + eps, as the paper's code does, in place of √(mean(x²) + eps). Over one axis only. */
  epsOutside?: boolean;
  /** The activation behind the norm, in the same pass over memory. Not with partial or epsOutside. */
  activation?: Activation | null;
}

const rules: Rules<RMSNormOptions> = {
  weight: "Tensor|null",
  eps: "number|null",
  unitOffset: "boolean",
  partial: "number",
  epsOutside: "boolean",
  activation: "string|null",
};

/**
 * RMS normalisation over the last axes of x: x/√(mean(x²) + eps)·weight. weight has the shape `normalizedShape`.
 * @shape x [..., *normalizedShape] → the same shape
 * @throws RangeError on shapes that do not fit, a `partial` outside (0, 1], and an activation with partial or
 *   epsOutside; TypeError for a normalizedShape that is no list of lengths
 * @source Zhang, Sennrich 2019, arXiv 1910.07467
 */
export function rmsNorm(x: Tensor, normalizedShape: Shape, options: RMSNormOptions = {}): Tensor {
  return call("rmsNorm", () => {
    checkOptions("rmsNorm", options, rules);
    const { weight, unitOffset = false, partial = 1, epsOutside = false, activation } = options;
    const eps = options.eps ?? 1.1920928955078125e-7;
    if (!(partial > 0 && partial <= 1))
      throw new RangeError(`rmsNorm: expected partial in (0, 1], got ${partial}`);
    using shifted = unitOffset && weight ? add(weight, 1) : null;
    const factor = shifted ?? weight;
    if (partial === 1 && !epsOutside)
      return rowNorm("rmsNorm", x, normalizedShape, {
        weight: factor,
        bias: null,
        eps,
        centre: false,
        activation,
      });
    if (activation)
      throw new RangeError("rmsNorm: expected no activation with partial or epsOutside");
    checkNormalizedShape("rmsNorm", x, normalizedShape);
    if (normalizedShape.length !== 1)
      throw new RangeError("rmsNorm: expected one axis with partial or epsOutside");
    const d = normalizedShape[0];
    const counted = Math.max(1, Math.floor(d * partial));
    const kind = epsOutside ? "rmsEpsOutside" : "rms";
    return scaledRows("rmsNorm", x, d, { kind, weight: factor, eps, counted });
  });
}

/** Options of `addRMSNorm`. */
export interface AddRMSNormOptions {
  /** Scale of shape `normalizedShape`; 1 without it. */
  weight?: Tensor | null;
  /** Added to the mean square. Default: 2⁻²³, the spacing of float32 at 1. */
  eps?: number | null;
  /** Whether the factor is 1 + weight, as in Gemma; false by default. */
  unitOffset?: boolean;
  /** The activation behind the norm, in the same pass over memory; none by default. */
  activation?: Activation | null;
}

const addRules: Rules<AddRMSNormOptions> = {
  weight: "Tensor|null",
  eps: "number|null",
  unitOffset: "boolean",
  activation: "string|null",
};

/**
 * RMS norm of x + residual, which both have one shape, in one pass. `output` is the norm; `sum` is x + residual, which
 * goes on past the next block.
 * @shape x [..., *normalizedShape], residual of the same shape → output and sum of that shape
 * @throws RangeError on shapes that do not fit; TypeError for a normalizedShape that is no list of lengths
 * @source Zhang, Sennrich 2019, arXiv 1910.07467
 */
export function addRMSNorm(
  x: Tensor,
  residual: Tensor,
  normalizedShape: Shape,
  options: AddRMSNormOptions = {},
): AddNorm {
  return call("addRMSNorm", () => {
    checkOptions("addRMSNorm", options, addRules);
    const { weight, unitOffset = false, activation } = options;
    using shifted = unitOffset && weight ? add(weight, 1) : null;
    return addRowNorm("addRMSNorm", x, residual, normalizedShape, {
      weight: shifted ?? weight,
      bias: null,
      eps: options.eps ?? 1.1920928955078125e-7,
      centre: false,
      activation,
    });
  });
}
