import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { empty, sizeOf, type Tensor } from "../../tensor.js";
import { axisOf } from "../axes.js";
import { checkTensor } from "../check.js";

/**
 * e^x / Σ e^x over `dim`; the maximum is subtracted first. A row of −Inf gives NaN.
 * @shape x [...] → [...]
 * @throws RangeError for a `dim` that x does not have
 * @source torch.nn.functional.softmax
 */
export const softmax = (x: Tensor, dim = -1): Tensor => normalised("softmax", x, dim, 0);

/** @internal softmax, or with log = 1 its logarithm. */
export function normalised(op: string, x: Tensor, dim: number, log: 0 | 1): Tensor {
  return call(op, () => {
    checkTensor(op, "input", x);
    const axis = axisOf(op, dim, x.shape.length);
    const n = x.shape[axis] ?? 1;
    const inner = sizeOf(x.shape.slice(axis + 1));
    const groups = sizeOf(x.shape.slice(0, axis)) * Math.ceil(inner / 4);
    const items = n === 0 ? 0 : groups;
    const work = 8 * n * Math.min(inner, 4);

    const y = empty(x.runtime, x.shape);
    x.runtime.run("softmaxForward", items, work, [y.ptr, x.ptr, n, inner, log]);
    const how = { op, rule: log ? "logSoftmax" : "softmax", axis };
    return record(how, y, [x], [y], (dy, [y]) => {
      const dx = empty(y.runtime, y.shape);
      y.runtime.run("softmaxBackward", items, work, [dx.ptr, dy.ptr, y.ptr, n, inner, log]);
      return [dx];
    });
  });
}
