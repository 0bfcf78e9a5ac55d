import type { Tensor } from "../tensor.js";
import { unary } from "./unary.js";

/** e^x, element by element. */
export const exp = (x: Tensor): Tensor => unary("exp", x, "output", 4);
