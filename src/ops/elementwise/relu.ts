import { empty, type Tensor } from "../../tensor.js";
import { unary } from "./unary.js";

const kernels = { forward: "reluForward", backward: "reluBackward" } as const;

/**
 * max(x, 0), element by element. The gradient is 0 at 0 and passes at NaN, as in PyTorch.
 * @shape x [...] → [...]
 * @throws TypeError for what is no float32 tensor
 * @source torch.nn.functional.relu
 */
export const relu = (x: Tensor): Tensor => unary("relu", kernels, x, "output", 1);

/** 0 where the output y of a ReLU is 0, else dy. */
export function reluGradient(dy: Tensor, y: Tensor): Tensor {
  const dx = empty(dy.runtime, dy.shape);
  dy.runtime.run("reluBackward", dy.size, 1, [dx.ptr, dy.ptr, y.ptr]);
  return dx;
}
