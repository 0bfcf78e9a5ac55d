import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { sizeOf, type Tensor } from "../../tensor.js";
import { axesOf } from "../axes.js";
import { checkTensor } from "../check.js";
import { pNorm } from "../reduce/p-norm.js";
import { permute } from "../shape/permute.js";
import { type AxisNorm, axisNorm } from "./axis-norm.js";
import { scaledRows } from "./scaled-rows.js";

/** Options of `normalize`. */
export interface NormalizeOptions {
  /** Which norm: any p > 0, 2 by default. 1, 2, 3 and Infinity have kernels of their own. */
  p?: number;
  /** The axis of the vectors, 1 by default, or several axes seen as one. An empty list stands for all. */
  dim?: number | readonly number[];
  /** The least that a vector is divided by; 1e-12 by default. */
  eps?: number;
}

const statistics = new Map<number, AxisNorm["statistic"]>([
  [1, "norm1"],
  [2, "norm2"],
  [3, "norm3"],
  [Infinity, "maximum"],
]);

/** @internal The layer uses them too. */
export const normalizeRules: Rules<NormalizeOptions> = {
  p: "number",
  dim: "Array|number",
  eps: "number",
};

/**
 * x / max(‖x‖ₚ, eps) along `dim`: torch.nn.functional.normalize with p = 2, dim = 1, eps = 1e-12. A vector of zeros
 * stays zero. In the gradient of the maximum norm, several largest elements each get an equal share.
 * @shape x of any shape that has the axes → the same shape
 * @throws RangeError for p ≤ 0 and for a `dim` that x does not have
 * @source torch.nn.functional.normalize
 */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  return call("normalize", () => {
    const { p = 2, dim = 1, eps = 1e-12 } = checkOptions("normalize", options, normalizeRules);
    checkTensor("normalize", "input", x);
    if (typeof p !== "number")
      throw new TypeError(`normalize: expected p to be a number, got ${typeof p}`);
    if (!(p > 0)) throw new RangeError(`normalize: expected p > 0, got ${p}`);
    const rank = x.shape.length;
    const named = axesOf("normalize", dim, rank);
    const axes = named.length > 0 ? named : x.shape.map((_, i) => i);
    checkNumber("normalize", "eps", eps);
    const [from, to] = [axes[0] ?? 0, (axes.at(-1) ?? 0) + 1];
    if (to - from === Math.max(axes.length, 1)) return along(x, from, to, p, eps);
    const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const order = [...others, ...axes];
    using turned = permute(x, order);
    using y = along(turned, others.length, rank, p, eps);
    return permute(
      y,
      order.map((_, i) => order.indexOf(i)),
    );
  });
}

/** Normalises over the axes from … to − 1, seen as one. */
function along(x: Tensor, from: number, to: number, p: number, eps: number): Tensor {
  const statistic = statistics.get(p);
  if (!statistic) return pNorm(x, from, to, p, eps);
  if (p === 2 && to === x.shape.length) {
    const n = sizeOf(x.shape.slice(from));
    if (to - from === 1) return scaledRows("normalize", x, n, { kind: "norm", eps });
    using flat = x.reshape([...x.shape.slice(0, from), n]);
    using y = scaledRows("normalize", flat, n, { kind: "norm", eps });
    return y.reshape(x.shape);
  }
  return axisNorm("normalize", x, from, to, { statistic, eps });
}
