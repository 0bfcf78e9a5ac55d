import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { ones, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { mul } from "../elementwise/mul.js";
import { scaledRows } from "./scaled-rows.js";

const rules: Rules<{ eps?: number }> = { eps: "number" };

/**
 * ScaleNorm of x [..., d]: scale·x / max(‖x‖₂, eps) over the last axis, with one learned scale of shape []; eps = 1e-5.
 * @shape x [..., d], scale [] → [..., d]
 * @throws RangeError for a scalar x and another shape of `scale`
 * @source Nguyen, Salazar 2019, arXiv 1910.05895
 */
export function scaleNorm(x: Tensor, scale: Tensor, options: { eps?: number } = {}): Tensor {
  const { eps = 1e-5 } = checkOptions("scaleNorm", options, rules);
  return scaledUnits("scaleNorm", x, scale, eps);
}

/** @internal The scale goes in as a weight of each column, so that it takes no pass of its own. */
export function scaledUnits(op: string, x: Tensor, scale: Tensor, eps: number): Tensor {
  return call(op, () => {
    checkTensor(op, "input", x);
    checkTensor(op, "scale", scale);
    checkShape(op, "scale", scale, []);
    checkSameRuntime(op, x, scale);
    checkNumber(op, "eps", eps);
    const rank = x.shape.length;
    if (rank === 0) throw new RangeError(`${op}: expected input of 1 or more dimensions, got []`);
    using one = ones([x.shape[rank - 1]], { runtime: x.runtime });
    using weight = mul(one, scale);
    return scaledRows(op, x, x.shape[rank - 1], { kind: "norm", eps, weight });
  });
}
