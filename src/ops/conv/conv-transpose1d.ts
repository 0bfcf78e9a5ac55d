import { checkOptions } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import type { Single } from "./conv-options.js";
import { type ConvTransposeOptions, convolutionTransposed } from "./conv-transpose-nd.js";
import { convTransposeRules } from "./conv-transpose2d.js";

/** Options of `convTranspose1d`. */
export type ConvTranspose1dOptions = ConvTransposeOptions<Single>;

/**
 * The transpose of conv1d: x [N, C, L] or [C, L] with weight [C, O / groups, k], each side as in
 * `convTranspose2d`.
 * @shape x [N, C, L], weight [C, O / groups, k], bias [O] or null → [N, O, L']
 * @throws RangeError as `convTranspose2d`
 * @source torch.nn.functional.conv_transpose1d
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  options: ConvTranspose1dOptions = {},
): Tensor {
  checkOptions<object>("convTranspose1d", options, convTransposeRules);
  return convolutionTransposed("convTranspose1d", 1, x, weight, options);
}
