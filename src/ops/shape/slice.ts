import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { behind } from "../../runtime/address.js";
import { empty, sizeOf, type Tensor } from "../../tensor.js";
import { axisOf } from "../axes.js";
import { checkTensor } from "../check.js";

/**
 * x[…, start:end, …] along `dim`, copied. Negative bounds count from the end, and both are clamped, as in PyTorch.
 * @shape x [..., n, ...] → [..., end − start, ...]
 * @throws RangeError for a scalar and a `dim` that x does not have; TypeError for bounds that are no integers
 * @source x[start:end] of PyTorch
 */
export function slice(x: Tensor, dim: number, start = 0, end?: number): Tensor {
  return call("slice", () => {
    checkTensor("slice", "input", x);
    const { runtime, shape } = x;
    if (shape.length === 0) throw new RangeError("slice: a scalar has no dimension to cut");
    const axis = axisOf("slice", dim, shape.length);
    const size = shape[axis];
    if (!Number.isInteger(start) || !Number.isInteger(end ?? size)) {
      throw new TypeError(`slice: expected integer bounds, got ${start} and ${end}`);
    }
    const bound = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    const first = bound(start);
    const length = Math.max(bound(end ?? size) - first, 0);

    const outer = sizeOf(shape.slice(0, axis));
    const inner = sizeOf(shape.slice(axis + 1));
    const [run, pitch, offset] = [length * inner, size * inner, 4 * first * inner];
    const y = empty(runtime, shape.with(axis, length));
    runtime.run("copyRuns", outer, 2 * run, [y.ptr, behind(x.ptr, offset), run, pitch, run]);
    const how = { op: "slice", axis, first, length };
    return record(how, y, [x], [], (dy) => {
      const dx = empty(runtime, shape);
      dx.elements.fill(0);
      runtime.run("copyRuns", outer, 2 * run, [behind(dx.ptr, offset), dy.ptr, pitch, run, run]);
      return [dx];
    });
  });
}
