import type { Tensor } from "../../tensor.js";
import type { Pair } from "../check.js";
import { type MaxPooled, type MaxPoolOptions, maxPooled } from "./max-pool-nd.js";

/** Options of `maxPool2d`. */
export type MaxPool2dOptions = MaxPoolOptions<Pair>;

/**
 * The largest element of each window of x [N, C, H, W] or [C, H, W]. Padding counts as −∞, and a NaN wins. Of equal
 * elements the first one gets the gradient. With `returnIndices`, `{ output, indices }`.
 * @shape x [N, C, H, W] or [C, H, W] → the same with H' × W' windows,
 *   H' = ⌊(length + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, a window larger than the padded input, padding above half of the
 *   window, and indices with layout "nhwc"
 * @source torch.nn.functional.max_pool2d
 */
export const maxPool2d = <O extends MaxPool2dOptions>(
  x: Tensor,
  kernelSize: number | Pair,
  options: O = {} as O,
): MaxPooled<O> => maxPooled<Pair, O>("maxPool2d", 2, x, kernelSize, options);
