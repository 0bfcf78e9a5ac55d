import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, describe, type Rules } from "../../options.js";
import { localResponseNormBackwardScratch } from "../../runtime/kernels.js";
import { empty, show, sizeOf, type Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";

/** Options of `localResponseNorm`. */
export interface LocalResponseNormOptions extends LayoutOptions {
  /** Factor of the mean of squares; 1e-4 by default. */
  alpha?: number;
  /** Exponent of the divisor; 0.75 by default. */
  beta?: number;
  /** Added to alpha/size·Σx²; 1 by default. */
  k?: number;
  /**
   * Where the longer side of an even window lies: "before", the default, below the channel as in PyTorch; "after" as in
   * ONNX.
   */
  even?: "before" | "after";
}

/** @internal The layer uses them too. */
export const localResponseNormRules: Rules<LocalResponseNormOptions> = {
  alpha: "number",
  beta: "number",
  k: "number",
  even: ["before", "after"],
  layout: layouts,
};

/**
 * Local response normalisation (Krizhevsky, Sutskever, Hinton 2012) of x [N, C, ...] over `size` neighbouring channels:
 * x / (k + alpha/size·Σx²)^beta. The defaults are alpha = 1e-4, beta = 0.75 and k = 1 as in PyTorch. TensorFlow and the
 * paper do not divide alpha: for their results give alpha·size.
 * @shape x [N, C, ...] of 3 dimensions or more → the same shape
 * @throws RangeError for less than 3 dimensions, another `even` and sizes that are not integers ≥ 1
 * @source Krizhevsky, Sutskever, Hinton 2012, AlexNet; torch.nn.functional.local_response_norm
 */
export function localResponseNorm(
  x: Tensor,
  size: number,
  options: LocalResponseNormOptions = {},
): Tensor {
  const op = "localResponseNorm";
  return call(op, () => {
    checkOptions("localResponseNorm", options, localResponseNormRules);
    if (options.layout === "nhwc")
      return asNCHW(op, [x], (x) => localResponseNorm(x, size, { ...options, layout: "nchw" }));
    const { alpha = 1e-4, beta = 0.75, k = 1, even = "before" } = options;
    checkTensor(op, "input", x);
    const { runtime, shape } = x;
    if (shape.length < 3)
      throw new RangeError(`${op}: Expected 3D or higher dimensionality input, got ${show(shape)}`);
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`${op}: expected size an integer ≥ 1, got ${describe(size)}`);
    for (const [name, value] of Object.entries({ alpha, beta, k })) checkNumber(op, name, value);
    const [batch, channels, ...space] = shape;
    const length = sizeOf(space);
    // No channel is further away than all of them.
    const [less, more] = [size - 1, size].map((n) => Math.min(Math.floor(n / 2), channels));
    const window = even === "before" ? ([more, less] as const) : ([less, more] as const);
    const sizes = [channels, length, ...window, alpha / size, beta, k] as const;
    const items = x.size === 0 ? 0 : batch * Math.ceil(length / 16);
    const work = 4 * channels * (8 + Math.min(size, channels));
    const y = empty(runtime, shape);
    runtime.run("localResponseNormForward", items, work, [y.ptr, x.ptr, ...sizes]);
    const how = { op, size, window, alpha, beta, k };
    return record(how, y, [x], [x], (dy, [x]) => {
      const dx = empty(runtime, shape);
      const scratch = localResponseNormBackwardScratch(channels);
      const args = [dx.ptr, dy.ptr, x.ptr, ...sizes] as const;
      runtime.run("localResponseNormBackward", items, 2 * work, args, scratch);
      return [dx];
    });
  });
}
