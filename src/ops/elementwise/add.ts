import { record } from "../../autograd.js";
import { call } from "../../call.js";
import type { Tensor } from "../../tensor.js";
import { combine, type Operand, operands, sumTo } from "../broadcast.js";

/**
 * a + b, broadcast as in NumPy. One of them may be a number.
 * @shape a and b of shapes that broadcast → their common shape
 * @throws TypeError for two numbers; RangeError for shapes that do not broadcast
 */
export function add(a: Operand, b: Operand): Tensor {
  return call("add", () => {
    using pair = operands("add", a, b);
    const [shapeA, shapeB] = [pair.a.shape, pair.b.shape];
    const y = combine("add", pair.a, pair.b, pair.shape);
    return record("add", y, [pair.a, pair.b], [], (dy, _, needs) => [
      needs[0] ? sumTo(dy, shapeA) : null,
      needs[1] ? sumTo(dy, shapeB) : null,
    ]);
  });
}
