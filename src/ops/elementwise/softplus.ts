import { checkFinite, checkPositive } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, type Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";
import { composed } from "../composed.js";
import { add } from "./add.js";
import { div } from "./div.js";
import { exp } from "./exp.js";
import { gated, halves, where } from "./gated.js";
import { log } from "./log.js";
import { mul } from "./mul.js";
import { sub } from "./sub.js";

/** Options of `softplus`. */
export interface SoftplusOptions {
  /** How sharply the function bends, above 0; 1 by default. */
  beta?: number;
  /** Where beta·x is above this, the result is x itself; 20 by default. */
  threshold?: number;
}

/** @internal The layer uses them too. */
export const softplusRules: Rules<SoftplusOptions> = { beta: "number", threshold: "number" };

/** Above this, ln(1 + e^x) is x in float32. */
const STRAIGHT = 17;

/** @internal */
export function checkSoftplus(op: string, { beta = 1, threshold = 20 }: SoftplusOptions): void {
  checkPositive(op, "beta", beta);
  checkFinite(op, "threshold", threshold);
}

/**
 * ln(1 + e^(beta·x)) / beta, element by element: a smooth ReLU.
 * @shape x [...] → [...]
 * @throws RangeError for a beta that is not above 0 and a threshold that is not finite
 * @source torch.nn.functional.softplus
 */
export function softplus(x: Tensor, options: SoftplusOptions = {}): Tensor {
  return composed("softplus", () => {
    const { beta = 1, threshold = 20 } = checkOptions("softplus", options, softplusRules);
    checkSoftplus("softplus", options);
    checkTensor("softplus", "input", x);
    const steep = beta === 1 ? x : mul(x, beta);
    const shaped = (of: Tensor) => (beta === 1 ? of : div(of, beta));
    if (threshold >= STRAIGHT) {
      const { above, below } = halves(steep);
      return shaped(add(above, log1pExp(sub(below, above))));
    }
    const curved = where(steep, (v) => !(v > threshold));
    const straight = where(steep, (v) => v > threshold);
    const { above, below } = halves(gated(steep, curved));
    const curve = gated(add(above, log1pExp(sub(below, above))), curved);
    return shaped(add(curve, gated(steep, straight)));
  });
}

/**
 * @internal ln(1 + e^x) for x ≤ 0. The sum 1 + e^x is rounded; what it lost is added as a constant, so that small
 * results keep their digits.
 */
export function log1pExp(x: Tensor): Tensor {
  const power = exp(x);
  const sum = add(power, 1);
  const main = log(sum);
  const lost = empty(x.runtime, x.shape);
  const [e, u, to] = [power.elements, sum.elements, lost.elements];
  for (let i = 0; i < to.length; i++) to[i] = (e[i] - (u[i] - 1)) / u[i];
  return add(main, lost);
}
