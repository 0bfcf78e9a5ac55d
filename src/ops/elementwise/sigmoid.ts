import type { Tensor } from "../../tensor.js";
import { unary } from "./unary.js";

const kernels = { forward: "sigmoidForward", backward: "sigmoidBackward" } as const;

/**
 * 1 / (1 + e^−x), element by element.
 * @shape x [...] → [...]
 * @throws TypeError for what is no float32 tensor
 */
export const sigmoid = (x: Tensor): Tensor => unary("sigmoid", kernels, x, "output", 8);
