import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkInteger, checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { empty, rewrite, type Tensor, temporary } from "../../tensor.js";
import { axisOf } from "../axes.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { type Planes, planeCombine, planeProducts, planesAlong } from "./slice-maps.js";

/** Options of `spectralNorm`. */
export interface SpectralNormOptions {
  /** The axis that becomes the rows of the matrix: 0 by default, 1 for transposed convolutions. */
  dim?: number;
  /** Steps of the power iteration, which move u and v in place; 1 by default. Evaluation takes 0. */
  iterations?: number;
  /**
   * Whether a step moves u before v, as PyTorch's parametrisation does; false by default. Its older hook, and Keras,
   * move v before u.
   */
  uFirst?: boolean;
  /**
   * The least that vectors are divided by; 0 by default. PyTorch's is 1e-12, which makes the result infinite for
   * weights far below it. Without eps, such weights are divided by their singular value like all others.
   */
  eps?: number;
}

/** into = values / max(‖values‖, eps). Zeros stay zeros. */
function normalizeInto(into: Tensor, values: Float64Array, eps: number): void {
  const norm = Math.max(Math.sqrt(values.reduce((sum, x) => sum + x * x, 0)), eps) || 1;
  into.elements.set(values.map((value) => value / norm));
}

/** Wᵀu, a number for each column. */
function columns({ outer, planes, inner }: Planes, w: Tensor, u: Tensor): Float64Array {
  using sums = temporary(w.runtime, [outer * inner], "float64");
  const args = [sums.ptr, w.ptr, u.ptr, planes, inner] as const;
  w.runtime.run("columnProducts", sums.size, planes, args);
  return sums.toArray();
}

const rules: Rules<SpectralNormOptions> = {
  dim: "number",
  iterations: "number",
  uFirst: "boolean",
  eps: "number",
};

/**
 * Spectral normalisation: w/σ. σ = uᵀWv is the largest singular value of w as a matrix W [w.shape[dim], rest],
 * estimated by power iteration v ← Wᵀu/‖Wᵀu‖, u ← Wv/‖Wv‖. u [rows] and v [columns] are constants to the gradient, as
 * in PyTorch.
 * @shape w [...], u [rows], v [columns] → the shape of w
 * @throws RangeError on shapes that do not fit, a `dim` that w does not have, and `iterations` that are no integer ≥ 0
 * @source Miyato, Kataoka, Koyama, Yoshida 2018, arXiv 1802.05957
 */
export function spectralNorm(
  w: Tensor,
  u: Tensor,
  v: Tensor,
  options: SpectralNormOptions = {},
): Tensor {
  return call("spectralNorm", () => {
    checkOptions("spectralNorm", options, rules);
    const { dim = 0, iterations = 1, uFirst = false, eps = 0 } = options;
    checkTensor("spectralNorm", "weight", w);
    const matrix = planesAlong(w.shape, axisOf("spectralNorm", dim, w.shape.length));
    checkTensor("spectralNorm", "u", u);
    checkTensor("spectralNorm", "v", v);
    checkShape("spectralNorm", "u", u, [matrix.planes]);
    checkShape("spectralNorm", "v", v, [matrix.outer * matrix.inner]);
    checkSameRuntime("spectralNorm", w, u, v);
    checkInteger("spectralNorm", "iterations", iterations, 0);
    checkNumber("spectralNorm", "eps", eps);
    const moveU = () => normalizeInto(u, planeProducts(matrix, w, v, true), eps);
    const moveV = () => normalizeInto(v, columns(matrix, w, u), eps);
    const step = uFirst ? [moveU, moveV] : [moveV, moveU];
    const iterate = () => {
      for (let i = 0; i < iterations; i++) for (const move of step) move();
    };
    if (iterations > 0) rewrite([u, v], iterate);
    const left = Float64Array.from(u.elements);
    const sigma = planeProducts(matrix, w, v, true).reduce((sum, x, i) => sum + x * left[i], 0);
    const all = new Float64Array(matrix.planes).fill(1 / sigma);
    const y = empty(w.runtime, w.shape);
    planeCombine(y, matrix, { a: w, p: all });
    const right = v.toArray(); // the next call moves v
    const how = { op: "spectralNorm", matrix, left, right };
    return record(how, y, [w], [w], (dy, [w]) => {
      // dw = (dy − ⟨dy, w/σ⟩·u·vᵀ)/σ
      const along = planeProducts(matrix, dy, w).reduce((sum, x) => sum + x, 0) / sigma ** 2;
      using v = temporary(w.runtime, [right.length]);
      v.elements.set(right);
      const dw = empty(w.runtime, w.shape);
      const q = left.map((value) => -along * value);
      planeCombine(dw, matrix, { a: dy, p: all, b: v, q, shared: true });
      return [dw];
    });
  });
}
