import type { Tensor } from "../tensor.js";
import { unary } from "./unary.js";

/** max(x, 0), element by element; the gradient at 0 is 0. */
export const relu = (x: Tensor): Tensor => unary("relu", x, "output", 1);
