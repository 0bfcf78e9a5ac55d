import { checkOptions } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { convolution } from "./conv-nd.js";
import type { ConvOptions, Padding, Triple } from "./conv-options.js";
import { convRules } from "./conv2d.js";

/** Options of `conv3d`. A number stands for all three sides. */
export interface Conv3dOptions extends Omit<ConvOptions<Triple>, "padding"> {
  /** Zeros around: a number, [depth, height, width], [before, behind] of each axis, or "same"; 0 by default. */
  padding?: Padding<Triple>;
}

/**
 * 3-D cross-correlation of x [N, C, D, H, W] or [C, D, H, W] with weight [O, C / groups, kd, kh, kw], each side as in
 * `conv2d`. It takes kd times the memory of x on the way. With layout "nhwc", x is [N, D, H, W, C]; the weight stays.
 * @shape x [N, C, D, H, W], weight [O, C / groups, kd, kh, kw], bias [O] or null → [N, O, D', H', W']
 * @throws RangeError as `conv2d`
 * @source torch.nn.functional.conv3d
 */
export function conv3d(x: Tensor, weight: Tensor, options: Conv3dOptions = {}): Tensor {
  checkOptions<object>("conv3d", options, convRules);
  return convolution("conv3d", 3, x, weight, options);
}
