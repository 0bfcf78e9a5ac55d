import { noGrad, record } from "../autograd.js";
import { mul } from "../ops/elementwise/mul.js";
import { type Tensor, tidy } from "../tensor.js";
import type { Written } from "./rule.js";

interface Curve {
  slope: (x: Tensor) => Tensor;
}

/** A function of each element of x of which `value` is known, for which there is no op. `slope` is its derivative. */
export const curve = (value: Tensor, x: Tensor, slope: (x: Tensor) => Tensor): Tensor =>
  record({ op: "curve", slope }, value, [x], [x], (d, [x]) => [
    noGrad(() => tidy(() => mul(d, slope(x)))),
  ]);

export const curveRule: Written<Curve> = {
  back: (step) => [mul(step.dy, step.how.slope(step.input(0)))],
};
