import type { Tensor } from "../../tensor.js";
import { unary } from "./unary.js";

const kernels = { forward: "logForward", backward: "logBackward" } as const;

/**
 * The natural logarithm, element by element: −Inf at 0, NaN below.
 * @shape x [...] → [...]
 * @throws TypeError for what is no float32 tensor
 */
export const log = (x: Tensor): Tensor => unary("log", kernels, x, "input", 8);
