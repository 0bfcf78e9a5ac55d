import type { Tensor } from "../../tensor.js";
import { type AvgPoolOptions, avgPooled } from "./avg-pool-nd.js";
import type { Single } from "./conv-options.js";

/** Options of `avgPool1d`. */
export type AvgPool1dOptions = AvgPoolOptions<Single>;

/**
 * The mean of each window of x [N, C, L] or [C, L], summed in float64.
 * @shape x [N, C, L] or [C, L] → the same with L' windows,
 *   L' = ⌊(length + 2·padding − kernelSize) / stride⌋ + 1
 * @throws RangeError for another rank, an empty image, a window larger than the padded input, and padding above half of
 *   the window
 * @source torch.nn.functional.avg_pool1d
 */
export const avgPool1d = (
  x: Tensor,
  kernelSize: number | Single,
  options: AvgPool1dOptions = {},
): Tensor => avgPooled("avgPool1d", 1, x, kernelSize, options);
