import { checkOptions, type Rules } from "../../options.js";
import { empty, type Tensor } from "../../tensor.js";
import { withActivation } from "../product/epilogue.js";
import { layouts } from "../shape/layout.js";
import { convForward } from "./conv.js";
import { convolution, geometryOf, planar } from "./conv-nd.js";
import type { ConvOptions, Padding } from "./conv-options.js";

/** Options of `conv2d`. A number stands for both sides. */
export interface Conv2dOptions extends Omit<ConvOptions, "padding"> {
  /** Zeros around the image: a number, [height, width], [before, behind] of each axis, or "same"; 0 by default. */
  padding?: Padding;
}

/** @internal The other convolutions take the same. */
export const convRules: Rules<Conv2dOptions> = {
  bias: "Tensor|null",
  stride: "Array|number",
  padding: "Array|number|string",
  dilation: "Array|number",
  groups: "number",
  layout: layouts,
  activation: "string|null",
};

/**
 * 2-D cross-correlation of x [N, C, H, W] or [C, H, W] with weight [O, C / groups, kh, kw] → [N, O, H', W'] with
 * H' = ⌊(H + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1. With layout "nhwc", x is [N, H, W, C]; the weight stays.
 * @shape x [N, C, H, W], weight [O, C / groups, kh, kw], bias [O] or null → [N, O, H', W']
 * @throws RangeError when the channels do not fit the weight, groups do not divide them, or the kernel is larger than
 *   the padded input
 * @source torch.nn.functional.conv2d
 */
export function conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  checkOptions("conv2d", options, convRules);
  return convolution("conv2d", 2, x, weight, options);
}

/** @internal conv2d whose channels are multiplied by scale [O] before the bias is added. Nothing is recorded. */
export function scaledConv2d(
  x: Tensor,
  weight: Tensor,
  scale: Tensor,
  options: Conv2dOptions,
): Tensor {
  const { bias } = options;
  const conv = planar(geometryOf("conv2d", 2, x, weight, options));
  return withActivation("conv2d", options, (relu) => {
    const y = empty(x.runtime, [conv.images, weight.shape[0], ...conv.output]);
    convForward(conv, y, x, weight, { scale, bias, relu });
    return y;
  });
}
