import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { empty, type Tensor } from "../../tensor.js";
import { combine, type Operand, operands, sumAndFree } from "../broadcast.js";

/**
 * a / b, element by element, broadcast as in NumPy. One of them may be a number.
 * @shape a and b of shapes that broadcast → their common shape
 * @throws TypeError for two numbers; RangeError for shapes that do not broadcast
 */
export function div(a: Operand, b: Operand): Tensor {
  return call("div", () => {
    using pair = operands("div", a, b);
    const { shape, a: left, b: right } = pair;
    const [shapeA, shapeB] = [left.shape, right.shape];
    const y = combine("div", left, right, shape);
    const saved = [right.requiresGrad ? left : null, right];
    return record("div", y, [left, right], saved, (dy, [a, b], needs) => {
      const da = needs[0] ? sumAndFree(combine("div", dy, b, shape), shapeA) : null;
      if (!needs[1]) return [da, null];
      const db = empty(dy.runtime, shape);
      db.elements.set(dy.elements);
      return [da, sumAndFree(combine("divGradient", a, b, shape, db), shapeB)];
    });
  });
}
