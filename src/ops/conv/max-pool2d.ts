import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, type Tensor } from "../../tensor.js";
import type { Pair } from "../check.js";
import { type PoolOptions, windowsOf } from "./pooling.js";

/** Options of `maxPool2d`. */
export interface MaxPool2dOptions extends PoolOptions {
  /** The distance between neighbouring elements of a window, in pixels; 1 by default. */
  dilation?: number | Pair;
}

/** @internal The layer uses them too. */
export const maxPool2dRules: Rules<MaxPool2dOptions> = {
  stride: "Array|number",
  padding: "Array|number",
  dilation: "Array|number",
  ceilMode: "boolean",
};

/**
 * The largest element of each window of x [N, C, H, W] or [C, H, W]. Padding counts as −∞, and a NaN wins. Of equal
 * elements the first one gets the gradient.
 * @shape x [N, C, H, W] or [C, H, W] → the same with H' × W' windows,
 *   H' = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, a window larger than the padded input, and padding above half of
 *   the window
 * @source torch.nn.functional.max_pool2d
 */
export function maxPool2d(
  x: Tensor,
  kernelSize: number | Pair,
  options: MaxPool2dOptions = {},
): Tensor {
  return call("maxPool2d", () => {
    checkOptions("maxPool2d", options, maxPool2dRules);
    const { planes, work, shape, plan } = windowsOf("maxPool2d", x, kernelSize, options);
    const { runtime, shape: image } = x;
    const y = empty(runtime, shape);
    using windows = plan();
    using at = empty(runtime, shape, "int32");
    runtime.run("maxPool2dForward", planes, work, [y.ptr, at.ptr, x.ptr, windows.ptr]);
    return record("maxPool2d", y, [x], [at, windows], (dy, [at, windows]) => {
      const dx = empty(runtime, image);
      runtime.run("maxPool2dBackward", planes, work, [dx.ptr, dy.ptr, at.ptr, windows.ptr]);
      return [dx];
    });
  });
}
