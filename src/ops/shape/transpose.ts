import type { Tensor } from "../../tensor.js";
import { axisOf } from "../axes.js";
import { checkTensor } from "../check.js";
import { reorder } from "./permute.js";

/**
 * x with two dimensions exchanged, copied.
 * @shape x [..., a, ..., b, ...] → [..., b, ..., a, ...]
 * @throws RangeError for dimensions that x does not have
 * @source torch.transpose
 */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  checkTensor("transpose", "input", x);
  const rank = x.shape.length;
  const first = axisOf("transpose", dim0, rank);
  const second = axisOf("transpose", dim1, rank);
  const order = x.shape.map((_, i) => (i === first ? second : i === second ? first : i));
  return reorder("transpose", x, order);
}
