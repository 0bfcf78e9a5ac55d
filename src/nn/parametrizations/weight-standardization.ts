import * as ops from "../../ops/norm/weight-standardization.js";
import type { Rules } from "../../options.js";
import type { Tensor } from "../../tensor.js";
import { constant } from "../init.js";
import { layerOptions } from "../layer-options.js";
import type { Module } from "../module.js";
import { Parametrization, parametrize, weightOf } from "./parametrize.js";

/** Options of `weightStandardization`. */
export interface WeightStandardizationOptions extends ops.WeightStandardizationOptions {
  /** Name of the layer's tensor; default "weight". */
  name?: string;
}

/** Options of `scaledWeightStandardization`. The gain is a parameter of the layer. */
export interface ScaledWeightStandardizationOptions
  extends Omit<ops.ScaledWeightStandardizationOptions, "gain"> {
  /** Name of the layer's tensor; default "weight". */
  name?: string;
}

class WeightStandardization extends Parametrization {
  readonly original: Tensor;
  readonly #options: ops.WeightStandardizationOptions;

  constructor(weight: Tensor, options: ops.WeightStandardizationOptions) {
    super();
    this.original = weight;
    this.#options = options;
  }

  forward(): Tensor {
    return ops.weightStandardization(this.original, this.#options);
  }
}

class ScaledWeightStandardization extends Parametrization {
  readonly original: Tensor;
  readonly gain: Tensor;
  readonly #options: ops.ScaledWeightStandardizationOptions;

  constructor(weight: Tensor, options: ops.ScaledWeightStandardizationOptions) {
    super();
    this.original = weight;
    this.gain = constant([weight.shape[0]], 1, weight.runtime);
    this.#options = options;
  }

  forward(): Tensor {
    return ops.scaledWeightStandardization(this.original, { ...this.#options, gain: this.gain });
  }
}

const rules: Rules<WeightStandardizationOptions> = {
  name: "string",
  eps: "number",
  epsInside: "boolean",
  correction: [0, 1],
};

/**
 * Weight standardisation (Qiao et al. 2019, arXiv 1903.10520) of a layer's weight: subtracts the mean of each filter
 * and divides by its deviation. Returns the layer. `removeParametrization` undoes it and keeps the present weight.
 * @throws TypeError for a layer without such a tensor; Error if it is parametrised already
 * @source Qiao, Wang, Liu, Shen, Yuille 2019, arXiv 1903.10520
 */
export function weightStandardization<L extends Module>(
  layer: L,
  options: WeightStandardizationOptions = {},
): L {
  const { name = "weight", ...own } = layerOptions("weightStandardization", options, rules);
  const weight = weightOf("weightStandardization", layer, name);
  parametrize(layer, name, new WeightStandardization(weight, own), null);
  return layer;
}

const scaledRules: Rules<ScaledWeightStandardizationOptions> = {
  name: "string",
  gamma: "number",
  eps: "number",
  epsAdded: "boolean",
};

/**
 * Scaled weight standardisation of a layer's weight. Each filter has a learned gain that starts at 1. Returns the
 * layer. `removeParametrization` undoes it and keeps the present weight.
 * @throws TypeError for a layer without such a tensor; Error if it is parametrised already
 * @source Brock, De, Smith 2021, arXiv 2101.08692
 */
export function scaledWeightStandardization<L extends Module>(
  layer: L,
  options: ScaledWeightStandardizationOptions = {},
): L {
  layerOptions("scaledWeightStandardization", options, scaledRules);
  const { name = "weight", ...own } = options;
  const weight = weightOf("scaledWeightStandardization", layer, name);
  parametrize(layer, name, new ScaledWeightStandardization(weight, own), null);
  return layer;
}
