import type { ProcessGroup } from "../../process-group.js";
import { checkMerge, type Numbers, Scaler, type ScalerOptions, unitFor } from "./scaler.js";

/** Options of `StandardScaler`. */
export interface StandardScalerOptions extends ScalerOptions {
  /** Subtract the mean; true by default. */
  withMean?: boolean;
  /** Divide by the standard deviation; true by default. */
  withStd?: boolean;
}

/**
 * (x − mean)/std of each feature. The variance is divided by n. NaN is left out of the statistics, and a constant
 * feature becomes 0. Statistics are float64, merged by the formula of Chan, Golub and LeVeque (1979).
 * @shape data [rows, features, plane] → the same shape
 * @throws RangeError for data that are not whole rows or infinite; Error before `fit`
 * @source sklearn.preprocessing.StandardScaler
 */
export class StandardScaler extends Scaler {
  readonly withMean: boolean;
  readonly withStd: boolean;
  /** The number of values seen, their mean, and their sum of squared differences, for each feature. */
  readonly count: Float64Array;
  readonly mean: Float64Array;
  /** The sums of squared differences, of values times the unit. */
  readonly #m2: Float64Array;
  readonly #units: Float64Array;

  constructor(features: number, options: StandardScalerOptions = {}) {
    super("StandardScaler", features, options, { withMean: "boolean", withStd: "boolean" });
    this.withMean = options.withMean ?? true;
    this.withStd = options.withStd ?? true;
    this.count = new Float64Array(features);
    this.mean = new Float64Array(features);
    this.#m2 = new Float64Array(features);
    this.#units = new Float64Array(features).fill(1);
  }

  /** The variance with divisor n. */
  get variance(): Float64Array {
    return this.#variances().map((v, j) => v / this.#units[j] / this.#units[j]);
  }

  #variances(): Float64Array {
    return this.#m2.map((m2, j) => (this.count[j] > 0 ? m2 / this.count[j] : 0));
  }

  /** Converts the statistics of a feature to a smaller unit. */
  #shrink(j: number, unit: number): void {
    if (unit >= this.#units[j]) return;
    this.#m2[j] *= (unit / this.#units[j]) ** 2;
    this.#units[j] = unit;
  }

  /** Forgets all earlier data and learns from `data`. */
  fit(data: Numbers): this {
    this.check(data);
    for (const list of [this.count, this.mean, this.#m2]) list.fill(0);
    this.#units.fill(1);
    return this.partialFit(data);
  }

  /** Learns from more data. Except for rounding, any split of the data gives the result of all data at once. */
  partialFit(data: Numbers): this {
    this.check(data);
    for (let j = 0; j < this.features; j++) {
      let largest = 0;
      for (const x of this.valuesOf(data, j)) largest = Math.max(largest, Math.abs(x));
      this.#shrink(j, unitFor(largest));
      const unit = this.#units[j];
      let [count, sum] = [0, 0];
      for (const x of this.valuesOf(data, j)) {
        count++;
        sum += x * unit;
      }
      if (count === 0) continue;
      const mean = sum / count;
      let [m2, rest] = [0, 0];
      for (const x of this.valuesOf(data, j)) {
        m2 += (x * unit - mean) ** 2;
        rest += x * unit - mean;
      }
      this.#add(j, count, (mean + rest / count) / unit, m2 - rest ** 2 / count);
    }
    return this.#finish();
  }

  /**
   * Adds what another scaler saw.
   * @throws RangeError if its number of features differs
   */
  merge(other: StandardScaler): this {
    checkMerge<StandardScaler>(this, other);
    const { count, mean } = other;
    const [m2, units] = [other.#m2.slice(), other.#units.slice()]; // `other` may be this scaler itself
    [...count].forEach((n, j) => {
      this.#shrink(j, units[j]);
      this.#add(j, n, mean[j], m2[j] * (this.#units[j] / units[j]) ** 2);
    });
    return this.#finish();
  }

  /**
   * Forgets all earlier data and learns from the data of all ranks of `group`, merged in rank order: all ranks have the
   * same statistics, those of `fit` on all data but for rounding. All ranks must call it; `data` may be empty.
   */
  fitDistributed(data: Numbers, group: ProcessGroup): this {
    this.fit(data);
    const { features } = this;
    const own = [this.count, this.mean, this.#m2, this.#units].map((list) => [...list]);
    const all = new Float64Array(4 * features * group.size);
    group.allGather(all, Float64Array.from(own.flat()));
    this.fit([]);
    for (let at = 0; at < all.length; at += 4 * features)
      for (let j = 0; j < features; j++) {
        const [count, mean, m2, unit] = [0, 1, 2, 3].map((i) => all[at + i * features + j]);
        this.#shrink(j, unit);
        this.#add(j, count, mean, m2 * (this.#units[j] / unit) ** 2);
      }
    return this.#finish();
  }

  #add(j: number, count: number, mean: number, m2: number): void {
    if (count === 0) return;
    const before = this.count[j];
    const all = before + count;
    const unit = this.#units[j];
    const delta = mean * unit - this.mean[j] * unit;
    this.#m2[j] += m2 + (delta * delta * before * count) / all;
    this.mean[j] = (this.mean[j] * unit + (delta * count) / all) / unit;
    this.count[j] = all;
  }

  #finish(): this {
    const { count } = this;
    const units = this.#units;
    const mean = this.mean.map((v, j) => v * units[j]);
    this.centre = this.withMean ? mean : mean.map(() => 0);
    this.unit = units.slice();
    // a variance within the rounding errors of its computation counts as that of a constant: scikit-learn's bound
    const eps = Number.EPSILON;
    this.scale = this.#variances().map((v, j) => {
      const constant = v <= count[j] * eps * v + (count[j] * mean[j] * eps) ** 2;
      return constant || !this.withStd ? units[j] : Math.sqrt(v);
    });
    return this;
  }
}
