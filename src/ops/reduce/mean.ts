import { record } from "../../autograd.js";
import { call } from "../../call.js";
import type { Tensor } from "../../tensor.js";
import { axesOf, keptShape } from "../axes.js";
import { countOver, spread } from "../broadcast.js";
import { checkTensor } from "../check.js";
import { reduceSum } from "../reduction.js";

/**
 * Mean of x over `dim` (one, several, or all when left out). With `keepdim` the lengths of these stay as 1. Of nothing
 * it is NaN. Error: within 10⁻⁶ of the mean of |x|.
 * @shape x [...] → its shape without `dim`
 * @throws RangeError for a `dim` that x does not have, or has twice
 * @source torch.mean
 */
export function mean(x: Tensor, dim?: number | readonly number[], keepdim = false): Tensor {
  return call("mean", () => {
    checkTensor("mean", "input", x);
    const { shape } = x;
    const axes = axesOf("mean", dim, shape.length);
    const out = keepdim ? keptShape(shape, axes) : shape.filter((_, i) => !axes.includes(i));
    const n = countOver(shape, axes);
    return record({ op: "mean", axes }, reduceSum(x, axes, out, n), [x], [], (dy) => [
      spread(dy, axes, shape, n),
    ]);
  });
}
