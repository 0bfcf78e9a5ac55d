import { sizeOf, type Tensor } from "../../tensor.js";
import { axisOf } from "../axes.js";
import { checkTensor } from "../check.js";

/**
 * Dimensions startDim … endDim as one: all of them when left out. The memory is shared.
 * @shape x [..., a, …, b, ...] → [..., a·…·b, ...]
 * @throws RangeError for dimensions that x does not have, and startDim behind endDim
 * @source torch.flatten
 */
export function flatten(x: Tensor, startDim = 0, endDim = -1): Tensor {
  checkTensor("flatten", "input", x);
  const { shape } = x;
  const start = axisOf("flatten", startDim, shape.length);
  const end = axisOf("flatten", endDim, shape.length);
  if (start > end) {
    throw new RangeError(
      `flatten: expected startDim not behind endDim, got ${startDim} and ${endDim}`,
    );
  }
  const joined = sizeOf(shape.slice(start, end + 1));
  return x.reshape([...shape.slice(0, start), joined, ...shape.slice(end + 1)]);
}
