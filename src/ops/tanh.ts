import type { Tensor } from "../tensor.js";
import { unary } from "./unary.js";

/** The hyperbolic tangent, element by element. */
export const tanh = (x: Tensor): Tensor => unary("tanh", x, "output", 8);
