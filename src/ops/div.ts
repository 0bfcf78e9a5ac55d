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
      // da = dy / b, db = −dy·y / b
      const da = needs[0] ? sumAndFree(combine("div", dy, b, shape), shapeA) : null;
      if (!needs[1]) return [da, null];
      using product = combine("mul", dy, y, shape);
      using sum = sumAndFree(combine("div", product, b, shape), shapeB);
      return [da, negate(sum)];
    });
  });
}
