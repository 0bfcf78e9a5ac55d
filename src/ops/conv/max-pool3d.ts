import type { Tensor } from "../../tensor.js";
import type { Triple } from "./conv-options.js";
import { type MaxPooled, type MaxPoolOptions, maxPooled } from "./max-pool-nd.js";

/** Options of `maxPool3d`. */
export type MaxPool3dOptions = MaxPoolOptions<Triple>;

/**
 * The largest element of each window of x [N, C, D, H, W] or [C, D, H, W]. Padding counts as −∞, and a NaN wins. Of
 * equal elements the first one gets the gradient. With `returnIndices`, `{ output, indices }`.
 * @shape x [N, C, D, H, W] or [C, D, H, W] → the same with D' × H' × W' windows,
 *   each side = ⌊(length + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, a window larger than the padded input, padding above half of the
 *   window, and indices with layout "nhwc"
 * @source torch.nn.functional.max_pool3d
 */
export const maxPool3d = <O extends MaxPool3dOptions>(
  x: Tensor,
  kernelSize: number | Triple,
  options: O = {} as O,
): MaxPooled<O> => maxPooled<Triple, O>("maxPool3d", 3, x, kernelSize, options);
