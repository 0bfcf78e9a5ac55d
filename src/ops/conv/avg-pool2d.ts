import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, type Tensor } from "../../tensor.js";
import type { Pair } from "../check.js";
import { type PoolOptions, windowsOf } from "./pooling.js";

/** Options of `avgPool2d`. */
export interface AvgPool2dOptions extends PoolOptions {
  /** Divide by the size of the window with its padding (the default), or by the number of its elements in x. */
  countIncludePad?: boolean;
  /** Divide by this integer ≥ 1 instead; null by default. */
  divisorOverride?: number | null;
}

/** @internal The layer uses them too. */
export const avgPool2dRules: Rules<AvgPool2dOptions> = {
  stride: "Array|number",
  padding: "Array|number",
  ceilMode: "boolean",
  countIncludePad: "boolean",
  divisorOverride: "number|null",
};

/**
 * The mean of each window of x [N, C, H, W] or [C, H, W], summed in float64.
 * @shape x [N, C, H, W] or [C, H, W] → the same with H' × W' windows, H' = ⌊(H + 2·padding − kernelSize) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, a window larger than the padded input, and padding above half of
 *   the window
 * @source torch.nn.functional.avg_pool2d
 */
export function avgPool2d(
  x: Tensor,
  kernelSize: number | Pair,
  options: AvgPool2dOptions = {},
): Tensor {
  return call("avgPool2d", () => {
    checkOptions("avgPool2d", options, avgPool2dRules);
    const { countIncludePad = true, divisorOverride } = options;
    const { stride, padding, ceilMode } = options;
    const given = { stride, padding, ceilMode };
    const { planes, work, shape, plan } = windowsOf("avgPool2d", x, kernelSize, given);
    const divisor = divisorOverride ?? (countIncludePad ? -1 : 0);
    if (
      !(Number.isInteger(divisor) && divisor < 2 ** 31) ||
      (divisor < 1 && divisor === divisorOverride)
    ) {
      throw new RangeError(`avgPool2d: expected divisorOverride an integer ≥ 1, got ${divisor}`);
    }
    const { runtime, shape: image } = x;
    const y = empty(runtime, shape);
    using windows = plan();
    runtime.run("avgPool2dForward", planes, work, [y.ptr, x.ptr, windows.ptr, divisor]);
    const how = { op: "avgPool2d", ...options, kernelSize };
    return record(how, y, [x], [windows], (dy, [windows]) => {
      const dx = empty(runtime, image);
      runtime.run("avgPool2dBackward", planes, work, [dx.ptr, dy.ptr, windows.ptr, divisor]);
      return [dx];
    });
  });
}
