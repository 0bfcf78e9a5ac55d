import { empty, type Tensor } from "../tensor.js";
import { unary } from "./unary.js";

/** max(x, 0), element by element; the gradient at 0 is 0. */
export const relu = (x: Tensor): Tensor => unary("relu", x, "output", 1);

/** dy where the output y of a ReLU is positive, else 0. */
export function reluGradient(dy: Tensor, y: Tensor): Tensor {
  const dx = empty(dy.runtime, dy.shape);
  dy.runtime.run("reluBackward", dy.size, 1, [dx.ptr, dy.ptr, y.ptr]);
  return dx;
}
