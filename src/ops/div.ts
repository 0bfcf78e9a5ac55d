import { record } from "../autograd.js";
import { call } from "../call.js";
import type { Tensor } from "../tensor.js";
import { combine, type Operand, operands, sumAndFree } from "./broadcast.js";
import { negate } from "./neg.js";

/** a / b, element by element, broadcast as in NumPy; one of them may be a number. */
export function div(a: Operand, b: Operand): Tensor {
  return call("div", () => {
    using pair = operands("div", a, b);
    const { shape, a: left, b: right } = pair;
    const [shapeA, shapeB] = [left.shape, right.shape];
    const y = combine("div", left, right, shape);
    const saved = [right.requiresGrad ? y : null, right];
    return record("div", y, [left, right], saved, (dy, [y, b], needs) => {
      // da = dy / b, db = −dy / b·y: the product of dy and y could be beyond float32 where the whole is not
      const quotient = combine("div", dy, b, shape);
      const db = needs[1] ? combine("mul", quotient, y, shape) : null;
      const da = needs[0] ? sumAndFree(quotient, shapeA) : null;
      if (!da) quotient.dispose();
      if (!db) return [da, null];
      using sum = sumAndFree(db, shapeB);
      return [da, negate(sum)];
    });
  });
}
