import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, full, type Shape, type Tensor } from "../../tensor.js";
import { combine, type Operand, operands, sumAndFree } from "../broadcast.js";

/** Options of `div`. */
export interface DivOptions {
  /** Round the quotient towards 0 ("trunc") or down ("floor"); null, the default, leaves it. */
  roundingMode?: "trunc" | "floor" | null;
}

const rules: Rules<DivOptions> = { roundingMode: "string|null" };

/**
 * a / b, element by element, broadcast as in NumPy. One of them may be a number. A rounded quotient has no gradient but
 * 0.
 * @shape a and b of shapes that broadcast → their common shape
 * @throws TypeError for two numbers; RangeError for shapes that do not broadcast and for another roundingMode
 * @source torch.div
 */
export function div(a: Operand, b: Operand, options: DivOptions = {}): Tensor {
  return call("div", () => {
    const { roundingMode = null } = checkOptions("div", options, rules);
    if (roundingMode !== null && roundingMode !== "trunc" && roundingMode !== "floor")
      throw new RangeError(
        `div: expected roundingMode "trunc", "floor" or null, got "${roundingMode}"`,
      );
    using pair = operands("div", a, b);
    const { shape, a: left, b: right } = pair;
    if (roundingMode) return rounded(left, right, shape, roundingMode);
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

/** ⌊a/b⌋ of the numbers themselves, as PyTorch has it: a/b may be rounded up to an integer that it does not reach. */
function floorOf(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  const whole = Math.round((a - rest) / b);
  return rest !== 0 && rest < 0 !== b < 0 ? whole - 1 : whole;
}

function rounded(a: Tensor, b: Tensor, shape: Shape, mode: "trunc" | "floor"): Tensor {
  const { runtime } = a;
  using nothing = full([], 0, { runtime });
  using left = combine("sub", a, nothing, shape);
  using right = combine("sub", b, nothing, shape);
  const y = empty(runtime, shape);
  const [p, q, to] = [left.elements, right.elements, y.elements];
  for (let i = 0; i < to.length; i++)
    to[i] = mode === "trunc" ? Math.trunc(Math.fround(p[i] / q[i])) : floorOf(p[i], q[i]);
  const shapes = [a.shape, b.shape];
  const how = { op: "div", rule: "zeros" };
  return record(how, y, [a, b], [], (_, __, needs) =>
    shapes.map((own, i) => (needs[i] ? full(own, 0, { runtime }) : null)),
  );
}
