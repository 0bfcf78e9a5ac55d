import type { Tensor } from "../../tensor.js";
import type { Single } from "./conv-options.js";
import { type MaxPooled, type MaxPoolOptions, maxPooled } from "./max-pool-nd.js";

/** Options of `maxPool1d`. */
export type MaxPool1dOptions = MaxPoolOptions<Single>;

/**
 * The largest element of each window of x [N, C, L] or [C, L]. Padding counts as −∞, and a NaN wins. Of equal
 * elements the first one gets the gradient. With `returnIndices`, `{ output, indices }`.
 * @shape x [N, C, L] or [C, L] → the same with L' windows,
 *   L' = ⌊(length + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, a window larger than the padded input, padding above half of the
 *   window, and indices with layout "nhwc"
 * @source torch.nn.functional.max_pool1d
 */
export const maxPool1d = <O extends MaxPool1dOptions>(
  x: Tensor,
  kernelSize: number | Single,
  options: O = {} as O,
): MaxPooled<O> => maxPooled<Single, O>("maxPool1d", 1, x, kernelSize, options);
