import type { Tensor } from "../tensor.js";
import { unary } from "./unary.js";

/** 1 / (1 + e^−x), element by element. */
export const sigmoid = (x: Tensor): Tensor => unary("sigmoid", x, "output", 8);
