import { record } from "../../autograd.js";
import { call } from "../../call.js";
import type { Tensor } from "../../tensor.js";
import { combine, type Operand, operands, sumTo } from "../broadcast.js";
import { negate } from "./neg.js";

/**
 * a − b, broadcast as in NumPy. One of them may be a number.
 * @shape a and b of shapes that broadcast → their common shape
 * @throws TypeError for two numbers; RangeError for shapes that do not broadcast
 */
export function sub(a: Operand, b: Operand): Tensor {
  return call("sub", () => {
    using pair = operands("sub", a, b);
    const [shapeA, shapeB] = [pair.a.shape, pair.b.shape];
    const y = combine("sub", pair.a, pair.b, pair.shape);
    return record("sub", y, [pair.a, pair.b], [], (dy, _, needs) => {
      const da = needs[0] ? sumTo(dy, shapeA) : null;
      if (!needs[1]) return [da, null];
      const sum = sumTo(dy, shapeB);
      const db = negate(sum);
      if (sum !== dy) sum.dispose();
      return [da, db];
    });
  });
}
