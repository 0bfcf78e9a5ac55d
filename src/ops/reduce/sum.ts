import { record } from "../../autograd.js";
import { call } from "../../call.js";
import type { Tensor } from "../../tensor.js";
import { axesOf, keptShape } from "../axes.js";
import { spread } from "../broadcast.js";
import { checkTensor } from "../check.js";
import { reduceSum } from "../reduction.js";

/**
 * Σ x over `dim` (one, several, or all when left out). With `keepdim` the summed lengths stay as 1. Error: within
 * 10⁻⁶·Σ|x|.
 * @shape x [...] → its shape without `dim`
 * @throws RangeError for a `dim` that x does not have, or has twice
 * @source torch.sum
 */
export function sum(x: Tensor, dim?: number | readonly number[], keepdim = false): Tensor {
  return call("sum", () => {
    checkTensor("sum", "input", x);
    const { shape } = x;
    const axes = axesOf("sum", dim, shape.length);
    const out = keepdim ? keptShape(shape, axes) : shape.filter((_, i) => !axes.includes(i));
    return record({ op: "sum", axes }, reduceSum(x, axes, out), [x], [], (dy) => [
      spread(dy, axes, shape, 1),
    ]);
  });
}
