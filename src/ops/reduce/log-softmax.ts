import type { Tensor } from "../../tensor.js";
import { normalised } from "./softmax.js";

/**
 * x − ln Σ e^x over `dim`: the logarithm of softmax without its underflow.
 * @shape x [...] → [...]
 * @throws RangeError for a `dim` that x does not have
 * @source torch.nn.functional.log_softmax
 */
export const logSoftmax = (x: Tensor, dim = -1): Tensor => normalised("logSoftmax", x, dim, 1);
