import { checkFinite } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";
import { composed } from "../composed.js";
import { add } from "./add.js";
import { div } from "./div.js";
import { halves } from "./gated.js";
import { mul } from "./mul.js";
import { sub } from "./sub.js";
import { tanh } from "./tanh.js";

/** Options of `elu`. */
export interface ELUOptions {
  /** Minus the limit at −∞; 1 by default. */
  alpha?: number;
}

const rules: Rules<ELUOptions> = { alpha: "number" };

/**
 * x where x > 0, else alpha·(e^x − 1), element by element.
 * @shape x [...] → [...]
 * @throws RangeError for an alpha that is not finite
 * @source Clevert, Unterthiner, Hochreiter 2015, arXiv 1511.07289; torch.nn.functional.elu
 */
export function elu(x: Tensor, options: ELUOptions = {}): Tensor {
  return composed("elu", () => {
    const { alpha = 1 } = checkOptions("elu", options, rules);
    checkFinite("elu", "alpha", alpha);
    checkTensor("elu", "input", x);
    const { above, below } = halves(x);
    // e^x − 1 = 2·t/(1 − t) with t = tanh(x/2): small x keep their digits
    const t = tanh(mul(below, 0.5));
    return add(above, mul(div(t, sub(1, t)), 2 * alpha));
  });
}
