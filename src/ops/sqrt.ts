import type { Tensor } from "../tensor.js";
import { unary } from "./unary.js";

/** √x, element by element: NaN below 0, an infinite gradient at 0. */
export const sqrt = (x: Tensor): Tensor => unary("sqrt", x, "output", 2);
