import { checkFinite } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, type Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";
import { composed } from "../composed.js";
import { mul } from "./mul.js";

/** Options of `leakyRelu`. */
export interface LeakyReLUOptions {
  /** The slope below 0; 0.01 by default. */
  negativeSlope?: number;
}

const rules: Rules<LeakyReLUOptions> = { negativeSlope: "number" };

/**
 * x where x > 0, else negativeSlope·x, element by element.
 * @shape x [...] → [...]
 * @throws RangeError for a slope that is not finite
 * @source Maas, Hannun, Ng 2013; torch.nn.functional.leaky_relu
 */
export function leakyRelu(x: Tensor, options: LeakyReLUOptions = {}): Tensor {
  return composed("leakyRelu", () => {
    const { negativeSlope = 0.01 } = checkOptions("leakyRelu", options, rules);
    checkFinite("leakyRelu", "negativeSlope", negativeSlope);
    checkTensor("leakyRelu", "input", x);
    const slopes = empty(x.runtime, x.shape);
    const [from, to] = [x.elements, slopes.elements];
    for (let i = 0; i < to.length; i++) to[i] = from[i] > 0 ? 1 : negativeSlope;
    return mul(x, slopes);
  });
}
