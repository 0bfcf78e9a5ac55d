import { type Backward, record } from "../autograd.js";
import { call } from "../call.js";
import { empty, type Tensor } from "../tensor.js";
import { checkTensor } from "./check.js";

/**
 * y = f(x), element by element, by the kernels `<name>Forward` and `<name>Backward`; the latter takes dy and, as `keeps` says,
 * the output or the input. `work`: cost of an element beside that of a float touched.
 */
export function unary(name: string, x: Tensor, keeps: "output" | "input", work: number): Tensor {
  return call(name, () => {
    checkTensor(name, "input", x);
    const y = empty(x.runtime, x.shape);
    x.runtime.run(`${name}Forward`, x.size, work, [y.ptr, x.ptr]);
    const backward: Backward = (dy, [kept]) => {
      const dx = empty(kept.runtime, kept.shape);
      kept.runtime.run(`${name}Backward`, kept.size, 1, [dx.ptr, dy.ptr, kept.ptr]);
      return [dx];
    };
    return record(name, y, [x], [keeps === "output" ? y : x], backward);
  });
}
