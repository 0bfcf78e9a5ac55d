import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { show, sizeOf, type Tensor } from "../../tensor.js";
import { axesOf } from "../axes.js";
import { checkTensor } from "../check.js";
import { permute } from "../shape/permute.js";
import { axisNorm } from "./axis-norm.js";
import { batchSets, channelNorm } from "./channel-norm.js";
import { rowNorm } from "./row-norm.js";

/** Options of `meanVarianceNorm`. */
export interface MeanVarianceNormOptions {
  /** The axes that share statistics; [0, 2, 3] by default. */
  axes?: number | readonly number[];
  /** Added to the variance; 1e-18 by default. */
  eps?: number;
}

/** @internal The layer uses them too. */
export const meanVarianceNormRules: Rules<MeanVarianceNormOptions> = {
  axes: "Array|number",
  eps: "number",
};

/**
 * ONNX MeanVarianceNormalization-13: (x − mean)/√(variance + eps) over `axes`, by default [0, 2, 3] as there. Negative
 * axes count from the end. The text of the operator has no eps; its function body adds 1e-9 to the deviation. With
 * eps = 1e-18 a constant gives 0, and the results agree to 1e-7 where the deviation is above 0.01.
 * @shape x of any shape that has the axes → the same shape
 * @throws RangeError for axes that x does not have, or has twice, and for an empty list
 * @source ONNX MeanVarianceNormalization-13
 */
export function meanVarianceNorm(x: Tensor, options: MeanVarianceNormOptions = {}): Tensor {
  const op = "meanVarianceNorm";
  return call(op, () => {
    const { axes = [0, 2, 3], eps = 1e-18 } = checkOptions(
      "meanVarianceNorm",
      options,
      meanVarianceNormRules,
    );
    checkTensor(op, "input", x);
    checkNumber(op, "eps", eps);
    const { shape } = x;
    const rank = shape.length;
    const over = axesOf(op, axes, rank);
    if (over.length === 0)
      throw new RangeError(`${op}: expected one or more axes, got ${show(over)}`);
    const plain = { weight: null, bias: null, eps };
    const [first] = over;
    const last = over[over.length - 1];
    if (last - first === over.length - 1) {
      if (last === rank - 1) return rowNorm(op, x, shape.slice(first), { ...plain, centre: true });
      return axisNorm(op, x, first, last + 1, { statistic: "moments", eps });
    }
    // With all axes but the second, it is a batch norm.
    if (rank === over.length + 1 && !over.includes(1)) {
      const sets = batchSets(shape[0], shape[1], sizeOf(shape.slice(2)));
      return channelNorm(op, x, sets, plain, {});
    }
    const order = [...shape.keys()].filter((axis) => !over.includes(axis)).concat(over);
    using turned = permute(x, order);
    using y = rowNorm(op, turned, turned.shape.slice(-over.length), { ...plain, centre: true });
    return permute(
      y,
      order.map((_, axis) => order.indexOf(axis)),
    );
  });
}
