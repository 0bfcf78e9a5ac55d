import type { Tensor } from "../../tensor.js";
import { unary } from "./unary.js";

const kernels = { forward: "expForward", backward: "expBackward" } as const;

/**
 * e^x, element by element.
 * @shape x [...] → [...]
 * @throws TypeError for what is no float32 tensor
 */
export const exp = (x: Tensor): Tensor => unary("exp", kernels, x, "output", 4);
