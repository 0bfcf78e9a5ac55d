import { type Backward, record } from "../../autograd.js";
import { call } from "../../call.js";
import type { Address } from "../../runtime/address.js";
import type { Kernels, Scratched } from "../../runtime/kernels.js";
import { empty, type Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";

/** The kernels that take these addresses and nothing else. */
type Taking<Addresses> = {
  [Name in Exclude<keyof Kernels, Scratched>]: Kernels[Name] extends Addresses ? Name : never;
}[Exclude<keyof Kernels, Scratched>];

export interface UnaryKernels {
  /** A kernel of y and x. */
  forward: Taking<[Address, Address]>;
  /** A kernel of dx, dy and, as `keeps` says, the output or the input. */
  backward: Taking<[Address, Address, Address]>;
}

/** y = f(x), element by element. `work` is the cost of an element, where to touch a float costs 1. */
export function unary(
  name: string,
  { forward, backward }: UnaryKernels,
  x: Tensor,
  keeps: "output" | "input",
  work: number,
): Tensor {
  return call(name, () => {
    checkTensor(name, "input", x);
    const y = empty(x.runtime, x.shape);
    x.runtime.run(forward, x.size, work, [y.ptr, x.ptr]);
    const goBack: Backward = (dy, [kept]) => {
      const dx = empty(kept.runtime, kept.shape);
      kept.runtime.run(backward, kept.size, 1, [dx.ptr, dy.ptr, kept.ptr]);
      return [dx];
    };
    return record(name, y, [x], [keeps === "output" ? y : x], goBack);
  });
}
