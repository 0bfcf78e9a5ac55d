import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { empty, type Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";

/**
 * −x, element by element.
 * @shape x [...] → [...]
 * @throws TypeError for what is no float32 tensor
 */
export function neg(x: Tensor): Tensor {
  return call("neg", () => {
    checkTensor("neg", "input", x);
    return record("neg", negate(x), [x], [], (dy) => [negate(dy)]);
  });
}

/** @internal −x outside the graph. */
export function negate(x: Tensor): Tensor {
  const y = empty(x.runtime, x.shape);
  x.runtime.run("negForward", x.size, 1, [y.ptr, x.ptr]);
  return y;
}
