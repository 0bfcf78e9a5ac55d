import type { Tensor } from "../tensor.js";
import { unary } from "./unary.js";

/** The natural logarithm, element by element: −Inf at 0, NaN below. */
export const log = (x: Tensor): Tensor => unary("log", x, "input", 8);
