import { checkOptions, type Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { axisOf } from "./axes.js";
import { type AxisNorm, axisNorm } from "./axis-norm.js";
import { checkNumber, checkTensor } from "./check.js";
import { scaledRows } from "./scaled-rows.js";

export interface NormalizeOptions {
  /** Which norm: 1, 2, 3 or Infinity. */
  p?: number;
  dim?: number;
  eps?: number;
}

const statistics = new Map<number, AxisNorm["statistic"]>([
  [1, "norm1"],
  [2, "norm2"],
  [3, "norm3"],
  [Infinity, "maximum"],
]);

/** @internal For the layer too. */
export const normalizeRules: Rules<NormalizeOptions> = {
  p: "number",
  dim: "number",
  eps: "number",
};

/**
 * x / max(‖x‖ₚ, eps) along `dim`: torch.nn.functional.normalize, p = 2, dim = 1, eps = 1e-12. A vector of zeros stays zero; of
 * several largest elements each gets an equal share of the gradient of the maximum norm. Throws RangeError for another p.
 */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = checkOptions("normalize", options, normalizeRules);
  checkTensor("normalize", "input", x);
  const statistic = statistics.get(p);
  if (!statistic) throw new RangeError(`normalize: expected p to be 1, 2, 3 or Infinity, got ${p}`);
  const axis = axisOf("normalize", dim, x.shape.length);
  checkNumber("normalize", "eps", eps);
  if (p === 2 && axis === x.shape.length - 1)
    return scaledRows("normalize", x, x.shape[axis], { kind: "norm", eps });
  return axisNorm("normalize", x, axis, axis + 1, { statistic, eps });
}
