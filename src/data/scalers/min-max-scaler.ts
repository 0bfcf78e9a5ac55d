import type { ProcessGroup } from "../../process-group.js";
import {
  checkGroup,
  checkMerge,
  checkRange,
  type FloatArray,
  type Numbers,
  notZero,
  Scaler,
  type ScalerOptions,
  unitFor,
} from "./scaler.js";

/** Options of `MinMaxScaler`. */
export interface MinMaxScalerOptions extends ScalerOptions {
  /** The new values of the least and the greatest value seen; 0 and 1 by default. */
  featureRange?: readonly [low: number, high: number];
  /** Clip values outside `featureRange`: they come from data that `fit` did not see; false by default. */
  clip?: boolean;
}

/**
 * Maps the range of each feature to `featureRange`. NaN is ignored. A constant feature becomes the low end.
 * @shape data [rows, features, plane] → the same shape
 * @throws RangeError for a range that does not ascend, and for data that are not whole rows or infinite; Error before
 *   `fit`
 * @source sklearn.preprocessing.MinMaxScaler
 */
export class MinMaxScaler extends Scaler {
  readonly featureRange: readonly [number, number];
  readonly clip: boolean;
  readonly min: Float64Array;
  readonly max: Float64Array;

  constructor(features: number, options: MinMaxScalerOptions = {}) {
    super("MinMaxScaler", features, options, { featureRange: "Array", clip: "boolean" });
    const { featureRange = [0, 1], clip = false } = options;
    checkRange("MinMaxScaler", "featureRange", featureRange);
    if (!(featureRange[0] < featureRange[1])) {
      throw new RangeError(
        `MinMaxScaler: expected featureRange to ascend, got ${featureRange.join(", ")}`,
      );
    }
    this.featureRange = featureRange;
    this.clip = clip;
    this.min = new Float64Array(features).fill(Infinity);
    this.max = new Float64Array(features).fill(-Infinity);
    this.offset = featureRange[0];
    this.factor = featureRange[1] - featureRange[0];
  }

  /** Forgets all earlier data and learns from `data`. */
  fit(data: Numbers): this {
    this.check(data);
    this.min.fill(Infinity);
    this.max.fill(-Infinity);
    return this.partialFit(data);
  }

  /** Learns from more data. */
  partialFit(data: Numbers): this {
    this.check(data);
    for (let j = 0; j < this.features; j++) {
      for (const x of this.valuesOf(data, j)) {
        // −0 becomes 0: which of the two comes first must not matter
        if (x < this.min[j]) this.min[j] = x + 0;
        if (x > this.max[j]) this.max[j] = x + 0;
      }
    }
    return this.#finish();
  }

  /**
   * Forgets all earlier data and learns from the data of all ranks of `group`: to the last bit what `fit` learns from
   * all data. All ranks must call it; `data` may be empty.
   */
  fitDistributed(data: Numbers, group: ProcessGroup): this {
    checkGroup(this, group);
    this.fit(data);
    group.allReduce(this.min, { op: "min" });
    group.allReduce(this.max, { op: "max" });
    return this.#finish();
  }

  /**
   * Adds what another scaler saw.
   * @throws RangeError if its number of features differs
   */
  merge(other: MinMaxScaler): this {
    checkMerge<MinMaxScaler>(this, other);
    other.min.forEach((v, j) => {
      this.min[j] = Math.min(v, this.min[j]);
      this.max[j] = Math.max(other.max[j], this.max[j]);
    });
    return this.#finish();
  }

  #finish(): this {
    const { min, max } = this;
    const seen = (v: number) => (Number.isFinite(v) ? v : 0); // only NaN was seen
    const unit = max.map((v, j) => unitFor(Math.max(Math.abs(v), Math.abs(min[j]))));
    unit.forEach((_, j) => {
      if (min[j] > max[j]) unit[j] = 1;
    });
    this.centre = min.map((v, j) => seen(v) * unit[j]);
    this.scale = max.map((v, j) => notZero(v * unit[j] - min[j] * unit[j], unit[j]));
    this.unit = unit;
    return this;
  }

  override transform<T extends FloatArray = Float64Array>(data: Numbers, out?: T): T {
    const y = super.transform(data, out);
    const [low, high] = this.featureRange;
    if (this.clip) {
      y.forEach((v, i) => {
        y[i] = Math.min(Math.max(v, low), high);
      });
    }
    return y;
  }
}
