import type { Shape, Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";

/**
 * The same memory under another shape of as many elements. One length may be −1.
 * @shape x [...] → shape
 * @throws RangeError for another number of elements; TypeError for what is no list of lengths
 * @source torch.reshape
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkTensor("reshape", "input", x);
  return x.reshape(shape);
}
