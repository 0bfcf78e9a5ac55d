import { axisOf } from "../../ops/axes.js";
import * as ops from "../../ops/norm/weight-norm.js";
import type { Rules } from "../../options.js";
import { keep, type Tensor } from "../../tensor.js";
import { layerOptions } from "../layer-options.js";
import type { Module } from "../module.js";
import { Parametrization, parametrize, weightOf } from "./parametrize.js";

/** Options of `weightNorm`. */
export interface WeightNormOptions {
  /** Name of the layer's tensor; default "weight". */
  name?: string;
  /**
   * The axis along which each slice has its own length; 0 by default. null, or −1 as in PyTorch, is one length for the
   * whole weight.
   */
  dim?: number | null;
  /**
   * Use the keys of PyTorch's older hook: `weight_g`, `weight_v`, not `parametrizations.weight.original0` and `…1`;
   * false by default.
   */
  hook?: boolean;
}

/** g·v/‖v‖: original0 is g, original1 is v. */
class WeightNorm extends Parametrization {
  readonly original0: Tensor;
  readonly original1: Tensor;
  readonly dim: number | null;

  constructor(weight: Tensor, dim: number | null) {
    super();
    this.original0 = keep(ops.weightLengths(weight, dim));
    this.original0.requiresGrad = true;
    this.original1 = weight;
    this.dim = dim;
  }

  forward(): Tensor {
    return ops.weightNorm(this.original1, this.original0, this.dim);
  }
}

const rules: Rules<WeightNormOptions> = { name: "string", dim: "number|null", hook: "boolean" };

/**
 * Weight normalisation of a layer's weight: its length and direction become two parameters. The weight itself is
 * unchanged at first. Returns the layer. `removeParametrization` undoes it and keeps the present weight.
 * @throws TypeError for a layer without such a tensor; Error if it is parametrised already; RangeError for a `dim` that
 *   the tensor does not have
 * @source Salimans, Kingma 2016, arXiv 1602.07868
 */
export function weightNorm<L extends Module>(layer: L, options: WeightNormOptions = {}): L {
  const { name = "weight", dim = 0, hook = false } = layerOptions("weightNorm", options, rules);
  const weight = weightOf("weightNorm", layer, name);
  if (dim !== null && dim !== -1) axisOf("weightNorm", dim, weight.shape.length);
  const made = new WeightNorm(weight, dim);
  const { original0, original1 } = made;
  const keys = { [`${name}G`]: { tensor: original0 }, [`${name}V`]: { tensor: original1 } };
  parametrize(layer, name, made, hook ? keys : null);
  return layer;
}
