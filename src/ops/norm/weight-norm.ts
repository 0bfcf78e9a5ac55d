import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { empty, type Tensor } from "../../tensor.js";
import { axisOf, keptShape } from "../axes.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { ofNothing } from "../of-nothing.js";
import { gradientOf, type Planes, planeCombine, planeProducts, planesAlong } from "./slice-maps.js";

/** What weight norm keeps of a weight: length 1 but at `dim`, [] where that is null. */
export function lengthsShape(shape: readonly number[], dim: number | null): readonly number[] {
  if (dim === null) return [];
  return keptShape(
    shape,
    shape.map((_, i) => i).filter((i) => i !== dim),
  );
}

/** The axis whose slices have a length each; null: one length for all, which PyTorch's functions write as −1. */
const sliceAxis = (op: string, dim: number | null, rank: number): number | null =>
  dim === null || dim === -1 ? null : axisOf(op, dim, rank);

const lengths = (planes: Planes, v: Tensor): Float64Array =>
  planeProducts(planes, v, v).map(Math.sqrt);

/**
 * ‖v‖ of each slice along `dim`, of all of v where that is null or, as in PyTorch, −1: what weight norm starts from. No gradient flows
 * through.
 */
export function weightLengths(v: Tensor, dim: number | null = 0): Tensor {
  return call("weightLengths", () => {
    checkTensor("weightLengths", "v", v);
    const axis = sliceAxis("weightLengths", dim, v.shape.length);
    const norms = lengths(planesAlong(v.shape, axis), v);
    return gradientOf(v, true, lengthsShape(v.shape, axis), (i) => norms[i]) as Tensor;
  });
}

/**
 * Weight normalisation (Salimans, Kingma 2016, arXiv 1602.07868): g·v/‖v‖, the length taken over all axes but `dim` (PyTorch's
 * default 0), over all where it is null or, as in PyTorch, −1. g has length 1 at the others ([] over all). No eps: where v is 0 the
 * result is NaN.
 * Throws RangeError on shapes that do not fit.
 */
export function weightNorm(v: Tensor, g: Tensor, dim: number | null = 0): Tensor {
  return call("weightNorm", () => {
    checkTensor("weightNorm", "v", v);
    checkTensor("weightNorm", "g", g);
    const axis = sliceAxis("weightNorm", dim, v.shape.length);
    const shape = lengthsShape(v.shape, axis);
    checkShape("weightNorm", "g", g, shape);
    checkSameRuntime("weightNorm", v, g);
    if (v.size === 0) return ofNothing("weightNorm", v, [v, g]);
    const planes = planesAlong(v.shape, axis);
    const norms = lengths(planes, v);
    const w = empty(v.runtime, v.shape);
    const of = (list: ArrayLike<number>) => norms.map((norm, i) => list[i] / norm);
    planeCombine(w, planes, { a: v, p: of(g.elements) });
    // dg = ⟨dw, v⟩/‖v‖, dv = (g/‖v‖)·(dw − (dg/‖v‖)·v)
    return record("weightNorm", w, [v, g], [v, g], (dw, [v, g], needs) => {
      const dg = of(planeProducts(planes, dw, v));
      const scale = of(g.elements);
      const q = scale.map((value, i) => (-value * dg[i]) / norms[i]);
      const dv = needs[0] ? empty(v.runtime, v.shape) : null;
      if (dv) planeCombine(dv, planes, { a: dw, p: scale, b: v, q });
      return [dv, gradientOf(v, needs[1], shape, (i) => dg[i])];
    });
  });
}
