import { type Shape, show, type Tensor, tidy } from "../../tensor.js";
import { checkTensor } from "../check.js";
import type { Layout } from "../shape/layout.js";
import { permute } from "../shape/permute.js";

/**
 * `f` of x as [N, C, …] with `dims` axes behind: one image gets a batch of its own, and channels that are last become
 * second. The result has the form of x again. Throws RangeError for another number of axes.
 */
export function asBatch(
  op: string,
  dims: number,
  x: Tensor,
  layout: Layout = "nchw",
  f: (x: Tensor) => Tensor,
): Tensor {
  checkTensor(op, "input", x);
  const alone = x.shape.length === dims + 1;
  const last = layout === "nhwc";
  if (!alone && x.shape.length !== dims + 2) {
    const image = ["L", "H, W", "D, H, W"][dims - 1];
    const axes = last ? `${image}, C` : `C, ${image}`;
    throw new RangeError(
      `${op}: expected input of shape [N, ${axes}] or [${axes}], got ${show(x.shape)}`,
    );
  }
  if (!alone && !last) return f(x);
  return tidy(() => {
    const batch = alone ? x.reshape([1, ...x.shape]) : x;
    const y = last ? turned(f(turned(batch, dims + 1)), dims + 1, true) : f(batch);
    return alone ? y.reshape(y.shape.slice(1)) : y;
  });
}

/** The shape of an image in the layout, from [N, C, …]. */
export const inLayout = ([n, c, ...image]: Shape, last: boolean): Shape =>
  last ? [n, ...image, c] : [n, c, ...image];

/** x with its last axis as the second, or `back`. */
function turned(x: Tensor, last: number, back = false): Tensor {
  const space = Array.from({ length: last - 1 }, (_, i) => i + 1);
  return permute(x, back ? [0, ...space.map((axis) => axis + 1), 1] : [0, last, ...space]);
}
