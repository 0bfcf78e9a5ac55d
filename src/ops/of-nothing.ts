import { record } from "../autograd.js";
import { type AnyTensor, empty, full, type Tensor } from "../tensor.js";

/**
 * The result of an operation on an x without elements, where a mean of nothing would be NaN: nothing, whose gradients
 * are zeros.
 */
export function ofNothing(
  op: string,
  x: Tensor,
  inputs: readonly (AnyTensor | null | undefined)[],
): Tensor {
  const { runtime } = x;
  const shapes = inputs.map((input) => input?.shape ?? []);
  const how = { op, rule: "zeros" };
  return record(how, empty(runtime, x.shape), inputs, [], (_, __, needs) =>
    shapes.map((shape, i) => (needs[i] ? full(shape, 0, { runtime }) : null)),
  );
}
