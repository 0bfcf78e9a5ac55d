import type { Tensor } from "../../tensor.js";
import { type AvgPoolOptions, avgPooled } from "./avg-pool-nd.js";
import type { Triple } from "./conv-options.js";

/** Options of `avgPool3d`. */
export type AvgPool3dOptions = AvgPoolOptions<Triple>;

/**
 * The mean of each window of x [N, C, D, H, W] or [C, D, H, W], summed in float64.
 * @shape x [N, C, D, H, W] or [C, D, H, W] → the same with D' × H' × W' windows,
 *   each side = ⌊(length + 2·padding − kernelSize) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, a window larger than the padded input, and padding above half of
 *   the window
 * @source torch.nn.functional.avg_pool3d
 */
export const avgPool3d = (
  x: Tensor,
  kernelSize: number | Triple,
  options: AvgPool3dOptions = {},
): Tensor => avgPooled("avgPool3d", 3, x, kernelSize, options);
