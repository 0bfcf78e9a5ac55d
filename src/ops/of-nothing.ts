import { record } from "../autograd.js";
import { type AnyTensor, empty, full, type Tensor } from "../tensor.js";

/** What an operation makes of an x without elements: nothing, whose gradients are zeros, where a mean of nothing would be NaN. */
export function ofNothing(
  op: string,
  x: Tensor,
  inputs: readonly (AnyTensor | null | undefined)[],
): Tensor {
  const { runtime } = x;
  const shapes = inputs.map((input) => input?.shape ?? []);
  return record(op, empty(runtime, x.shape), inputs, [], (_, __, needs) =>
    shapes.map((shape, i) => (needs[i] ? full(shape, 0, { runtime }) : null)),
  );
}
