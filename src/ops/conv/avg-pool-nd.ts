import { record } from "../../autograd.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, type Tensor } from "../../tensor.js";
import type { Pair } from "../check.js";
import { composed } from "../composed.js";
import { layouts } from "../shape/layout.js";
import { asBatch } from "./image-batch.js";
import { padded } from "./pad.js";
import { byPlanes, type PoolOptions, planOf, type Windows, windowsOf, workOf } from "./pooling.js";

/** Options of the average poolings. */
export interface AvgPoolOptions<S = Pair> extends PoolOptions<S> {
  /**
   * Divide by the size of the window with its padding (the default), or by the number of its elements in x (the default
   * with padding "same", as in TensorFlow).
   */
  countIncludePad?: boolean;
  /** Divide by this integer ≥ 1 instead; null by default. */
  divisorOverride?: number | null;
}

/** @internal The layers use them too. */
export const avgPoolRules: Rules<AvgPoolOptions> = {
  stride: "Array|number",
  padding: "Array|number|string",
  ceilMode: "boolean",
  countIncludePad: "boolean",
  divisorOverride: "number|null",
  layout: layouts,
};

/** The average pooling of x [N, C, …] or [C, …]. */
export function avgPooled<S extends readonly number[]>(
  op: string,
  dims: number,
  x: Tensor,
  kernelSize: number | S,
  options: AvgPoolOptions<S>,
): Tensor {
  return composed(op, () => {
    checkOptions<object>(op, options, avgPoolRules);
    const { padding, divisorOverride, layout } = options;
    const { countIncludePad = padding !== "same" } = options;
    const divisor = divisorOverride ?? (countIncludePad ? -1 : 0);
    if (
      !(Number.isInteger(divisor) && divisor < 2 ** 31) ||
      (divisor < 1 && divisor === divisorOverride)
    ) {
      throw new RangeError(`${op}: expected divisorOverride an integer ≥ 1, got ${divisor}`);
    }
    const { divisorOverride: _, countIncludePad: __, ...given } = options;
    return asBatch(op, dims, x, layout, (x) => {
      const asked = windowsOf(op, dims, x, kernelSize, given);
      const { wide, windows } = divisor === -1 ? evenly(x, asked) : { wide: x, windows: asked };
      // a divisor of both steps together divides in the last one
      const first = divisor > 0 && dims === 3 ? 1 : divisor;
      return byPlanes(wide, windows, (x, own, step) =>
        meansOfPlanes(x, own, step === 0 ? first : divisor),
      );
    });
  });
}

/** x with what one end of an axis has more of padding: then the kernels count it as they count the rest. */
function evenly(x: Tensor, windows: Windows): { wide: Tensor; windows: Windows } {
  const { image, before, behind } = windows;
  const least = before.map((side, d) => Math.min(side, behind[d]));
  const more = image.map((_, d) => [before[d] - least[d], behind[d] - least[d]]);
  if (more.flat().every((side) => side === 0)) return { wide: x, windows };
  const wide = padded(x, more.toReversed(), "constant");
  return {
    wide,
    windows: { ...windows, image: wide.shape.slice(2), before: least, behind: least },
  };
}

/**
 * @internal The means of the windows of x [N, C, h, w]. A divisor of 0 stands for the number of elements in the window,
 * −1 for that number with the padding.
 */
export function meansOfPlanes(x: Tensor, windows: Windows, divisor: number): Tensor {
  const { runtime, shape: image } = x;
  const planes = image[0] * image[1];
  const work = workOf(windows);
  const y = empty(runtime, [...image.slice(0, 2), ...windows.output]);
  const plan = planOf(x, windows);
  runtime.run("avgPool2dForward", planes, work, [y.ptr, x.ptr, plan.ptr, divisor]);
  const how = { op: "avgPool2d", windows, divisor };
  return record(how, y, [x], [plan], (dy, [plan]) => {
    const dx = empty(runtime, image);
    runtime.run("avgPool2dBackward", planes, work, [dx.ptr, dy.ptr, plan.ptr, divisor]);
    return [dx];
  });
}
