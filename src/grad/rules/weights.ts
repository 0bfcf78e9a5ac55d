// Norms of weights.
import { add } from "../../ops/elementwise/add.js";
import { div } from "../../ops/elementwise/div.js";
import { mul } from "../../ops/elementwise/mul.js";
import { sqrt } from "../../ops/elementwise/sqrt.js";
import type { Planes } from "../../ops/norm/slice-maps.js";
import { sum } from "../../ops/reduce/sum.js";
import type { Tensor } from "../../tensor.js";
import type { Composed, Rule } from "../rule.js";
import { constant } from "../step.js";
import { atLeast, centred, fromZero, meanSquare } from "./moments.js";

/** g·v/‖v‖ of each slice along `axis`, or of all. */
const weightNorm: Composed<{ axis: number | null }> = {
  op: ([v, g]: [Tensor, Tensor], { how: { axis } }) => {
    const axes = v.shape.flatMap((_, i) => (i === axis ? [] : [i]));
    const norm = sqrt(sum(mul(v, v), axes, axis !== null));
    return div(mul(v, g), norm);
  },
};

interface SpectralNorm {
  matrix: Planes;
  left: Float64Array;
  right: Float32Array;
}

/** w/σ with σ = ⟨u·vᵀ, w⟩, where u and v are constants. */
const spectralNorm: Composed<SpectralNorm> = {
  op: ([w]: [Tensor], { how: { matrix, left, right } }) => {
    const { planes, inner } = matrix;
    const outerProduct = Float32Array.from({ length: w.size }, (_, i) => {
      const row = Math.floor(i / inner) % planes;
      const column = Math.floor(i / (inner * planes)) * inner + (i % inner);
      return left[row] * right[column];
    });
    return div(w, sum(mul(w, constant(w, w.shape, outerProduct))));
  },
};

/** The filters less their means, as rows, and their biased variances. */
function filtersOf(w: Tensor): { from: Tensor; variance: Tensor } {
  const from = centred(w.reshape([w.shape[0], -1]), [1]);
  return { from, variance: meanSquare(from, [1]) };
}

interface Standardization {
  /** Makes the biased variance the one that is wanted. */
  factor: number;
  eps: number;
  epsInside: boolean;
}

const weightStandardization: Composed<Standardization> = {
  op: ([w]: [Tensor], { how: { factor, eps, epsInside } }) => {
    const { from, variance } = filtersOf(w);
    const own = mul(variance, factor);
    // A constant filter is 0, whatever it is divided by.
    const inner = epsInside ? add(own, eps) : own;
    const root = fromZero(inner, sqrt);
    return div(from, atLeast(epsInside ? root : add(root, eps), TINY)).reshape(w.shape);
  },
};

/** Just above the least normal number of float32. */
const TINY = 1.2e-38;

interface Scaled {
  fanIn: number;
  gamma: number;
  eps: number;
  epsAdded: boolean;
  factors: Float32Array;
}

/** The gain was read as plain numbers, 1 without it. */
const scaledWeightStandardization: Composed<Scaled> = {
  given: ({ saved: [w], how: { factors } }) => [w, constant(w, [factors.length], factors)],
  op: ([w, gain]: [Tensor, Tensor], { how: { fanIn, gamma, eps, epsAdded } }) => {
    const { from, variance } = filtersOf(w);
    const inner = epsAdded ? mul(add(variance, eps), fanIn) : atLeast(mul(variance, fanIn), eps);
    const y = mul(div(from, atLeast(fromZero(inner, sqrt), TINY)), gamma);
    return mul(y, gain.reshape([-1, 1])).reshape(w.shape);
  },
};

export const weightRules: Record<string, Rule> = {
  weightNorm,
  spectralNorm,
  weightStandardization,
  scaledWeightStandardization,
};
