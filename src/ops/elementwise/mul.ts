import { record } from "../../autograd.js";
import { call } from "../../call.js";
import type { Tensor } from "../../tensor.js";
import { combine, type Operand, operands, sumAndFree } from "../broadcast.js";

/**
 * a·b, element by element, broadcast as in NumPy. One of them may be a number.
 * @shape a and b of shapes that broadcast → their common shape
 * @throws TypeError for two numbers; RangeError for shapes that do not broadcast
 */
export function mul(a: Operand, b: Operand): Tensor {
  return call("mul", () => {
    using pair = operands("mul", a, b);
    const { shape, a: left, b: right } = pair;
    const [shapeA, shapeB] = [left.shape, right.shape];
    const y = combine("mul", left, right, shape);
    const saved = [right.requiresGrad ? left : null, left.requiresGrad ? right : null];
    return record("mul", y, [left, right], saved, (dy, [a, b], needs) => [
      needs[0] ? sumAndFree(combine("mul", dy, b, shape), shapeA) : null,
      needs[1] ? sumAndFree(combine("mul", dy, a, shape), shapeB) : null,
    ]);
  });
}
