import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import type { Pair } from "../check.js";
import { layouts } from "../shape/layout.js";
import { type ConvTransposeOptions, convolutionTransposed } from "./conv-transpose-nd.js";

/** Options of `convTranspose2d`. A number stands for both sides. */
export type ConvTranspose2dOptions = ConvTransposeOptions<Pair>;

/** @internal The other transposed convolutions take the same. */
export const convTransposeRules: Rules<ConvTranspose2dOptions> = {
  bias: "Tensor|null",
  stride: "Array|number",
  padding: "Array|number",
  outputPadding: "Array|number",
  dilation: "Array|number",
  groups: "number",
  layout: layouts,
  activation: "string|null",
};

/**
 * The transpose of conv2d: x [N, C, H, W] or [C, H, W] with weight [C, O / groups, kh, kw] → [N, O, H', W'] with
 * H' = (H − 1)·stride − 2·padding + dilation·(kh − 1) + outputPadding + 1.
 * @shape x [N, C, H, W], weight [C, O / groups, kh, kw], bias [O] or null → [N, O, H', W']
 * @throws RangeError when the channels do not fit the weight, groups do not divide them, outputPadding is neither below
 *   stride nor dilation, or nothing would come out
 * @source torch.nn.functional.conv_transpose2d
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  options: ConvTranspose2dOptions = {},
): Tensor {
  checkOptions("convTranspose2d", options, convTransposeRules);
  return convolutionTransposed("convTranspose2d", 2, x, weight, options);
}
