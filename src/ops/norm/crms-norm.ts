import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { scaledRows } from "./scaled-rows.js";

/** Options of `crmsNorm`. */
export interface CRMSNormOptions {
  /** Scale [d]; 1 without it. */
  weight?: Tensor | null;
  /** Added to the mean square; 1e-8 by default. */
  eps?: number;
}

const rules: Rules<CRMSNormOptions> = { weight: "Tensor|null", eps: "number" };

/**
 * Compressed RMS norm of x [..., d]: x/√((Σx² + (Σx)²)/(d + 1) + eps)·weight, with weight [d] and eps = 1e-8. It is the
 * layer norm of d + 1 numbers that add up to 0, the last of which is not stored.
 * @shape x [..., d], weight [d] or null → [..., d]
 * @throws RangeError on shapes that do not fit
 * @source Jiang, Gu, Zhu, Pan 2023, arXiv 2305.14858
 */
export function crmsNorm(x: Tensor, options: CRMSNormOptions = {}): Tensor {
  const { weight, eps = 1e-8 } = checkOptions("crmsNorm", options, rules);
  const d = x?.shape?.at(-1) ?? 0;
  return scaledRows("crmsNorm", x, d, { kind: "centredRms", weight, eps });
}
