import { checkOptions } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { convolution } from "./conv-nd.js";
import type { ConvOptions, Padding, Single } from "./conv-options.js";
import { convRules } from "./conv2d.js";

/** Options of `conv1d`. */
export interface Conv1dOptions extends Omit<ConvOptions<Single>, "padding"> {
  /** Zeros at both ends: a number, [length], [[before, behind]], or "same"; 0 by default. */
  padding?: Padding<Single>;
}

/**
 * 1-D cross-correlation of x [N, C, L] or [C, L] with weight [O, C / groups, k] → [N, O, L'] with
 * L' = ⌊(L + 2·padding − dilation·(k − 1) − 1) / stride⌋ + 1. With layout "nhwc", x is [N, L, C]; the weight stays.
 * @shape x [N, C, L], weight [O, C / groups, k], bias [O] or null → [N, O, L']
 * @throws RangeError as `conv2d`
 * @source torch.nn.functional.conv1d
 */
export function conv1d(x: Tensor, weight: Tensor, options: Conv1dOptions = {}): Tensor {
  checkOptions<object>("conv1d", options, convRules);
  return convolution("conv1d", 1, x, weight, options);
}
