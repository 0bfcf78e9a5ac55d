import type { ProcessGroup } from "../../process-group.js";
import {
  checkGroup,
  checkMerge,
  type Numbers,
  Scaler,
  type ScalerOptions,
  unitFor,
} from "./scaler.js";
import { splitSums } from "./split-sums.js";

/** Options of `StandardScaler`. */
export interface StandardScalerOptions extends ScalerOptions {
  /** Subtract the mean; true by default. */
  withMean?: boolean;
  /** Divide by the standard deviation; true by default. */
  withStd?: boolean;
}

/** By feature: the number of values, their mean, the sum of squared differences of values times the unit, the unit. */
interface Statistics {
  count: Float64Array;
  mean: Float64Array;
  m2: Float64Array;
  units: Float64Array;
}

/**
 * (x − mean)/std of each feature. The variance is divided by n. NaN is left out of the statistics, and a constant
 * feature becomes 0. Statistics are float64, and no order of the rows changes their bits; those of several calls are
 * merged by the formula of Chan, Golub and LeVeque (1979).
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

  /** Forgets all earlier data and learns from `data`. */
  fit(data: Numbers): this {
    return this.#fit(data, null);
  }

  /**
   * Forgets all earlier data and learns from the data of all ranks of `group`: to the last bit what `fit` learns from
   * all data. All ranks must call it; `data` may be empty.
   */
  fitDistributed(data: Numbers, group: ProcessGroup): this {
    checkGroup(this, group);
    return this.#fit(data, group);
  }

  #fit(data: Numbers, group: ProcessGroup | null): this {
    this.check(data);
    const found = this.#statistics(data, group);
    for (const list of [this.count, this.mean, this.#m2]) list.fill(0);
    this.#units.fill(1);
    return this.#merge(found);
  }

  /** Learns from more data. Except for rounding, any split of the data gives the result of all data at once. */
  partialFit(data: Numbers): this {
    this.check(data);
    return this.#merge(this.#statistics(data, null));
  }

  /**
   * Adds what another scaler saw.
   * @throws RangeError if its number of features differs
   */
  merge(other: StandardScaler): this {
    checkMerge<StandardScaler>(this, other);
    const { count, mean } = other;
    return this.#merge({ count, mean, m2: other.#m2, units: other.#units });
  }

  /** The statistics of data that are here, or shared out among the ranks of a group. */
  #statistics(data: Numbers, group: ProcessGroup | null): Statistics {
    const { features, plane } = this;
    const each = (visit: (x: number, j: number) => void) => {
      for (let i = 0; i < data.length; i++)
        if (!Number.isNaN(data[i])) visit(data[i], Math.floor(i / plane) % features);
    };
    const [count, largest] = [0, 1].map(() => new Float64Array(features));
    each((x, j) => {
      count[j]++;
      largest[j] = Math.max(largest[j], Math.abs(x));
    });
    group?.allReduce(count);
    group?.allReduce(largest, { op: "max" });
    const units = largest.map(unitFor);
    const averages = (value: (x: number, j: number) => number) => {
      const sums = splitSums(features, (add) => each((x, j) => add(value(x, j), j)), group);
      return sums.map((sum, j) => sum / Math.max(1, count[j]));
    };
    const centre = averages((x, j) => x * units[j]);
    const rest = averages((x, j) => x * units[j] - centre[j]);
    const squares = averages((x, j) => (x * units[j] - centre[j]) ** 2);
    const mean = centre.map((value, j) => (value + rest[j]) / units[j]);
    const m2 = squares.map((value, j) => (value - rest[j] ** 2) * count[j]);
    return { count, mean, m2, units };
  }

  /** Adds statistics, which may be this scaler's own. */
  #merge({ count, mean, m2, units }: Statistics): this {
    [...count].forEach((n, j) => {
      const unit = Math.min(this.#units[j], units[j]);
      const more = m2[j] * (unit / units[j]) ** 2;
      this.#m2[j] *= (unit / this.#units[j]) ** 2;
      this.#units[j] = unit;
      this.#add(j, n, mean[j], more);
    });
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
