import type { Tensor } from "../../tensor.js";
import { unary } from "./unary.js";

const kernels = { forward: "siluForward", backward: "siluBackward" } as const;

/**
 * x/(1 + e^−x), element by element: the sigmoid linear unit, or swish.
 * @shape x [...] → [...]
 * @throws TypeError for what is no float32 tensor
 * @source Elfwing, Uchibe, Doya 2017, arXiv 1702.03118
 */
export const silu = (x: Tensor): Tensor => unary("silu", kernels, x, "input", 6);
