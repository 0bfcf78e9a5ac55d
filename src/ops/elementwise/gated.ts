// Parts of a tensor. Their gradients are the same parts of dy, so functions that bend are sums of parts.
import { record } from "../../autograd.js";
import { empty, type Tensor } from "../../tensor.js";
import { reluGradient } from "./relu.js";

/** @internal x where `open` is above 0 or NaN, else 0. Both have one shape; `open` is a constant. */
export function gated(x: Tensor, open: Tensor): Tensor {
  return record("gated", reluGradient(x, open), [x], [open], (dy, [open]) => [gated(dy, open)]);
}

/** @internal 1 where `holds(x)`, else 0: a constant. */
export function where(x: Tensor, holds: (value: number) => boolean): Tensor {
  const open = empty(x.runtime, x.shape);
  const [from, to] = [x.elements, open.elements];
  for (let i = 0; i < to.length; i++) to[i] = Number(holds(from[i]));
  return open;
}

/**
 * @internal x where x > 0, and x where it is not, each 0 elsewhere. At 0 and at NaN the gradient is that of `below`.
 */
export function halves(x: Tensor): { above: Tensor; below: Tensor } {
  using positive = where(x, (v) => v > 0);
  using rest = where(x, (v) => !(v > 0));
  return { above: gated(x, positive), below: gated(x, rest) };
}
