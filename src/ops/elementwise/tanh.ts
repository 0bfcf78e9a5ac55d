import type { Tensor } from "../../tensor.js";
import { unary } from "./unary.js";

const kernels = { forward: "tanhForward", backward: "tanhBackward" } as const;

/**
 * The hyperbolic tangent, element by element.
 * @shape x [...] → [...]
 * @throws TypeError for what is no float32 tensor
 */
export const tanh = (x: Tensor): Tensor => unary("tanh", kernels, x, "output", 8);
