import { type How, noGrad, record } from "../autograd.js";
import { mul } from "../ops/elementwise/mul.js";
import { type Tensor, tidy } from "../tensor.js";
import type { Written } from "./rule.js";

interface Curve extends How {
  slope: (x: Tensor) => Tensor;
}

/** A function of each element of x of which `value` is known, for which there is no op. `slope` is its derivative. */
export const curve = (value: Tensor, x: Tensor, slope: (x: Tensor) => Tensor): Tensor =>
  record("curve", value, [x], [x], (d, [x]) => [noGrad(() => tidy(() => mul(d, slope(x))))], {
    rule: "curve",
    slope,
  } as Curve);

export const curveRule: Written<Curve> = {
  back: (step) => [mul(step.dy, step.how.slope(step.input(0)))],
};
