import type { Rules } from "../../options.js";
import { normalQuantile, quantile } from "./quantile.js";
import {
  checkRange,
  type Numbers,
  notZero,
  Scaler,
  type ScalerOptions,
  unitFor,
} from "./scaler.js";

/** Options of `RobustScaler`. */
export interface RobustScalerOptions extends ScalerOptions {
  /** Subtract the median; true by default. */
  withCentering?: boolean;
  /** Divide by the distance between the two quantiles; true by default. */
  withScaling?: boolean;
  /** The two quantiles, in percent; 25 and 75 by default. */
  quantileRange?: readonly [low: number, high: number];
  /** Divide by the distance that N(0, 1) would have, so that normal data get variance 1; false by default. */
  unitVariance?: boolean;
}

const rules: Rules<Omit<RobustScalerOptions, "plane">> = {
  withCentering: "boolean",
  withScaling: "boolean",
  quantileRange: "Array",
  unitVariance: "boolean",
};

/**
 * (x − median)/(distance of two quantiles) of each feature. Outliers have little effect, NaN has none, and a constant
 * feature becomes 0. It needs all data at once: medians cannot be merged.
 * @shape data [rows, features, plane] → the same shape
 * @throws RangeError for quantiles that do not ascend from 0 to 100, and for data that are not whole rows or infinite;
 *   Error before `fit`
 * @source sklearn.preprocessing.RobustScaler
 */
export class RobustScaler extends Scaler {
  readonly #options: Required<Omit<RobustScalerOptions, "plane">>;

  constructor(features: number, options: RobustScalerOptions = {}) {
    super("RobustScaler", features, options, rules);
    const { withCentering = true, withScaling = true, unitVariance = false } = options;
    const { quantileRange = [25, 75] } = options;
    checkRange("RobustScaler", "quantileRange", quantileRange);
    const [low, high] = quantileRange;
    if (!(low >= 0 && low <= high && high <= 100)) {
      throw new RangeError(
        `RobustScaler: expected quantileRange to ascend from 0 to 100, got ${low}, ${high}`,
      );
    }
    this.#options = { withCentering, withScaling, unitVariance, quantileRange };
  }

  /** Forgets all earlier data and learns from `data`. */
  fit(data: Numbers): this {
    this.check(data);
    const { withCentering, withScaling, unitVariance, quantileRange } = this.#options;
    const [low, high] = quantileRange.map((q) => q / 100);
    const normal = unitVariance ? normalQuantile(high) - normalQuantile(low) : 1;
    const centre = new Float64Array(this.features);
    const scale = new Float64Array(this.features).fill(1);
    const unit = new Float64Array(this.features).fill(1);
    for (let j = 0; j < this.features; j++) {
      const all = Float64Array.from(this.valuesOf(data, j)).sort();
      if (all.length === 0) continue;
      unit[j] = unitFor(Math.max(Math.abs(all[0]), Math.abs(all[all.length - 1])));
      scale[j] = unit[j];
      const sorted = all.map((value) => value * unit[j]);
      if (withCentering) centre[j] = quantile(sorted, 0.5);
      const distance = quantile(sorted, high) - quantile(sorted, low);
      if (withScaling) scale[j] = notZero(distance, unit[j]) / normal;
    }
    [this.centre, this.scale, this.unit] = [centre, scale, unit];
    return this;
  }
}
