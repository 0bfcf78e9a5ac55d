// What norms are composed of.
import { type Activation, activate } from "../../ops/elementwise/activation.js";
import { add } from "../../ops/elementwise/add.js";
import { mul } from "../../ops/elementwise/mul.js";
import { sqrt } from "../../ops/elementwise/sqrt.js";
import { sub } from "../../ops/elementwise/sub.js";
import { mean } from "../../ops/reduce/mean.js";
import type { Shape, Tensor } from "../../tensor.js";
import { constantOf } from "../step.js";

/** A parameter that may be absent. */
export type Maybe = Tensor | null;

/** x less its mean over `axes`, and less what the rounding of the mean leaves. */
export function centred(x: Tensor, axes: readonly number[]): Tensor {
  const rounded = sub(x, mean(x, axes, true));
  return sub(rounded, mean(rounded, axes, true));
}

export const meanSquare = (x: Tensor, axes: readonly number[]): Tensor =>
  mean(mul(x, x), axes, true);

/** √(mean of x² + eps), with the divisor n − correction in place of n. */
export function deviation(x: Tensor, axes: readonly number[], eps: number, correction = 0): Tensor {
  const n = axes.reduce((count, axis) => count * x.shape[axis], 1);
  const square = meanSquare(x, axes);
  return sqrt(add(correction ? mul(square, n / (n - correction)) : square, eps));
}

/** y·weight + bias, of this shape each. */
export function affine(y: Tensor, weight: Maybe, bias: Maybe, shape: Shape): Tensor {
  const scaled = weight ? mul(y, weight.reshape(shape)) : y;
  return bias ? add(scaled, bias.reshape(shape)) : scaled;
}

export const activated = (activation: Activation | null | undefined, x: Tensor): Tensor =>
  activation ? activate(activation, x) : x;

/** a where `mask`, a constant, is 1, and b where it is 0. */
export const choose = (mask: Tensor, a: Tensor, b: Tensor | number): Tensor =>
  add(mul(mask, a), mul(sub(1, mask), b));

/** f(s) of sums s ≥ 0, such as a root, but 0 without a gradient where s is 0. */
export function fromZero(s: Tensor, f: (s: Tensor) => Tensor): Tensor {
  const zero = constantOf(s, (v) => Number(v === 0));
  return mul(f(add(s, zero)), sub(1, zero));
}

/** max(t, least), without a gradient where t is below. */
export function atLeast(t: Tensor, least: number): Tensor {
  return choose(
    constantOf(t, (v) => Number(v >= least)),
    t,
    least,
  );
}

/** |x|, without a gradient at 0. */
export const magnitude = (x: Tensor): Tensor => mul(x, constantOf(x, Math.sign));
