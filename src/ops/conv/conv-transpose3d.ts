import { checkOptions } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import type { Triple } from "./conv-options.js";
import { type ConvTransposeOptions, convolutionTransposed } from "./conv-transpose-nd.js";
import { convTransposeRules } from "./conv-transpose2d.js";

/** Options of `convTranspose3d`. */
export type ConvTranspose3dOptions = ConvTransposeOptions<Triple>;

/**
 * The transpose of conv3d: x [N, C, D, H, W] or [C, D, H, W] with weight [C, O / groups, kd, kh, kw], each side as in
 * `convTranspose2d`. It takes kd times the memory of its output on the way.
 * @shape x [N, C, D, H, W], weight [C, O / groups, kd, kh, kw], bias [O] or null → [N, O, D', H', W']
 * @throws RangeError as `convTranspose2d`
 * @source torch.nn.functional.conv_transpose3d
 */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  options: ConvTranspose3dOptions = {},
): Tensor {
  checkOptions<object>("convTranspose3d", options, convTransposeRules);
  return convolutionTransposed("convTranspose3d", 3, x, weight, options);
}
