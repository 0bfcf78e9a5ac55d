import type { Tensor } from "../../tensor.js";
import { unary } from "./unary.js";

const kernels = { forward: "sqrtForward", backward: "sqrtBackward" } as const;

/**
 * √x, element by element: NaN below 0, an infinite gradient at 0.
 * @shape x [...] → [...]
 * @throws TypeError for what is no float32 tensor
 */
export const sqrt = (x: Tensor): Tensor => unary("sqrt", kernels, x, "output", 2);
