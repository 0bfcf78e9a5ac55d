import type { Tensor } from "../../tensor.js";
import type { Pair } from "../check.js";
import { type AvgPoolOptions, avgPooled } from "./avg-pool-nd.js";

/** Options of `avgPool2d`. */
export type AvgPool2dOptions = AvgPoolOptions<Pair>;

/**
 * The mean of each window of x [N, C, H, W] or [C, H, W], summed in float64.
 * @shape x [N, C, H, W] or [C, H, W] → the same with H' × W' windows,
 *   H' = ⌊(length + 2·padding − kernelSize) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, a window larger than the padded input, and padding above half of
 *   the window
 * @source torch.nn.functional.avg_pool2d
 */
export const avgPool2d = (
  x: Tensor,
  kernelSize: number | Pair,
  options: AvgPool2dOptions = {},
): Tensor => avgPooled("avgPool2d", 2, x, kernelSize, options);
