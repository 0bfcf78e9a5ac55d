import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { empty, type Tensor } from "../../tensor.js";
import { axisOf, keptShape } from "../axes.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { ofNothing } from "../of-nothing.js";
import { gradientOf, type Planes, planeCombine, planeProducts, planesAlong } from "./slice-maps.js";

/** The shape of what weight norm keeps of a weight: 1 everywhere but at `dim`, or [] where `dim` is null. */
export function lengthsShape(shape: readonly number[], dim: number | null): readonly number[] {
  if (dim === null) return [];
  return keptShape(
    shape,
    shape.map((_, i) => i).filter((i) => i !== dim),
  );
}

/** The axis whose slices have a length each, or null for one length of all. PyTorch's functions write −1 for null. */
const sliceAxis = (op: string, dim: number | null, rank: number): number | null =>
  dim === null || dim === -1 ? null : axisOf(op, dim, rank);

const lengths = (planes: Planes, v: Tensor): Float64Array =>
  planeProducts(planes, v, v).map(Math.sqrt);

/**
 * ‖v‖ of each slice along `dim`, from which weight norm starts. Where `dim` is null or, as in PyTorch, −1 it is that of
 * all of v. No gradient flows through.
 * @shape v [...] → its shape with 1 everywhere but at `dim`, or [] for one length of all
 * @throws RangeError for a `dim` that v does not have
 * @source Salimans, Kingma 2016, arXiv 1602.07868
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
 * Weight normalisation: g·v/‖v‖. The length is taken over all axes but `dim` (PyTorch's default 0), or over all where
 * `dim` is null or, as in PyTorch, −1. g has length 1 at the other axes ([] over all). There is no eps: where v is 0
 * the result is NaN.
 * @shape v [...], g as weightLengths(v, dim) → the shape of v
 * @throws RangeError on shapes that do not fit
 * @source Salimans, Kingma 2016, arXiv 1602.07868
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
    const perLength = (list: ArrayLike<number>) => norms.map((norm, i) => list[i] / norm);
    planeCombine(w, planes, { a: v, p: perLength(g.elements) });
    // dg = ⟨dw, v⟩/‖v‖, dv = (g/‖v‖)·(dw − (dg/‖v‖)·v)
    const how = { op: "weightNorm", axis };
    return record(how, w, [v, g], [v, g], (dw, [v, g], needs) => {
      const dg = perLength(planeProducts(planes, dw, v));
      const scale = perLength(g.elements);
      const q = scale.map((value, i) => (-value * dg[i]) / norms[i]);
      const dv = needs[0] ? empty(v.runtime, v.shape) : null;
      if (dv) planeCombine(dv, planes, { a: dw, p: scale, b: v, q });
      return [dv, gradientOf(v, needs[1], shape, (i) => dg[i])];
    });
  });
}
