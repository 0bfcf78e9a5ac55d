// The common part of the scalers: data [rows, features] (or images [rows, features, plane]) in any array, float64
// statistics, and an affine map for each feature with its inverse.

import { isArray } from "../../dtype.js";
import { checkOptions, describe } from "../../options.js";

/** Numbers in any array. */
export type Numbers = ArrayLike<number>;
/** What a scaler writes to. */
export type FloatArray = Float32Array | Float64Array;

/** The option of every scaler. */
export interface ScalerOptions {
  /** The number of neighbouring values of one feature: the pixels of a channel. The default 1 is for plain rows. */
  plane?: number;
}

/** For values up to this limit, squares and sums of as many squares as an array can hold stay finite. */
const LARGE = 2 ** 400;
/** This factor brings every number below 2⁴⁸⁴. */
const SHRUNK = 2 ** -540;

/** The unit for values up to `largest`. */
export const unitFor = (largest: number): number => (largest < LARGE ? 1 : SHRUNK);

/** (x − centre)/scale·factor + offset for each feature. */
export abstract class Scaler {
  readonly features: number;
  readonly plane: number;
  protected centre: Float64Array | null = null;
  protected scale: Float64Array | null = null;
  /**
   * A factor for x, centre and scale of each feature, so that neither they nor their squares overflow. It is a power of
   * two.
   */
  protected unit: Float64Array | null = null;
  protected factor = 1;
  protected offset = 0;

  constructor(name: string, features: number, options: ScalerOptions, rules: object = {}) {
    const { plane = 1 } = checkOptions<ScalerOptions>(name, options, { plane: "number", ...rules });
    for (const [what, value] of Object.entries({ features, plane })) {
      if (Number.isInteger(value) && value > 0 && value < 2 ** 31) continue;
      throw new RangeError(
        `${name}: expected ${what} to be a positive integer below 2³¹, got ${describe(value)}`,
      );
    }
    this.features = features;
    this.plane = plane;
  }

  /** The values of feature j that are not NaN. */
  protected *valuesOf(data: Numbers, j: number): Generator<number> {
    const pitch = this.features * this.plane;
    for (let row = j * this.plane; row < data.length; row += pitch)
      for (let i = row; i < row + this.plane; i++) if (!Number.isNaN(data[i])) yield data[i];
  }

  /**
   * Throws RangeError unless `data` is whole rows of finite numbers or NaN: an infinite number would make its whole
   * feature 0 or NaN.
   */
  protected check(data: Numbers): void {
    checkRows(this.constructor.name, data, this.features * this.plane);
    for (let i = 0; i < data.length; i++) {
      if (data[i] !== Infinity && data[i] !== -Infinity) continue;
      throw new RangeError(
        `${this.constructor.name}: Input contains infinity: ${data[i]} ${this.#place(i)}`,
      );
    }
  }

  #place(i: number): string {
    const row = this.features * this.plane;
    return `at index ${i} (row ${Math.floor(i / row)}, feature ${Math.floor((i % row) / this.plane)})`;
  }

  /** Writes the scaled data to `out` (default: a new Float64Array). `out` may be `data`. NaN stays NaN. */
  transform<T extends FloatArray = Float64Array>(data: Numbers, out?: T): T {
    const { factor, offset } = this;
    return this.#map(
      data,
      out,
      (x, centre, scale, unit) => ((x * unit - centre) / scale) * factor + offset,
    );
  }

  /** The inverse of `transform`. */
  inverse<T extends FloatArray = Float64Array>(data: Numbers, out?: T): T {
    const { factor, offset } = this;
    return this.#map(
      data,
      out,
      (y, centre, scale, unit) => (((y - offset) / factor) * scale + centre) / unit,
    );
  }

  #map<T extends FloatArray>(
    data: Numbers,
    out: T | undefined,
    f: (x: number, centre: number, scale: number, unit: number) => number,
  ): T {
    const { features, plane, centre, scale, unit } = this;
    if (!centre || !scale) throw new Error(`${this.constructor.name}: call fit first`);
    this.check(data);
    if (out !== undefined && !isArray(out, "Float32Array") && !isArray(out, "Float64Array"))
      throw new TypeError(
        `${this.constructor.name}: expected out to be a Float32Array or Float64Array, got ${describe(out)}`,
      );
    const to = out ?? (new Float64Array(data.length) as T);
    if (to.length !== data.length) {
      throw new RangeError(
        `${this.constructor.name}: expected room for ${data.length} numbers, got ${to.length}`,
      );
    }
    for (let i = 0; i < data.length; i++) {
      const j = Math.floor(i / plane) % features;
      to[i] = f(data[i], centre[j], scale[j], unit?.[j] ?? 1);
    }
    return to;
  }
}

/** Throws RangeError unless `data` is whole rows, and TypeError for an element that is no number. */
export function checkRows(name: string, data: Numbers, row: number): void {
  if (typeof data?.length !== "number" || data.length % row !== 0)
    throw new RangeError(
      `${name}: expected whole rows of ${row} numbers, got ${data?.length} numbers`,
    );
  checkNumbers(name, "data", data);
}

/** Throws TypeError for a list with anything but numbers. Holes are refused too: null in JSON is not 0. */
export function checkNumbers(name: string, what: string, list: Numbers): void {
  if (typeof list?.length !== "number")
    throw new TypeError(`${name}: expected ${what} to be a list of numbers, got ${describe(list)}`);
  for (let i = 0; i < list.length; i++)
    if (typeof list[i] !== "number")
      throw new TypeError(
        `${name}: expected ${what} to be numbers, got ${describe(list[i])} at index ${i}`,
      );
}

/** Throws unless `value` is two numbers. */
export function checkRange(name: string, what: string, value: readonly number[]): void {
  checkNumbers(name, what, value);
  if (value.length !== 2)
    throw new RangeError(`${name}: expected ${what} to be two numbers, got ${value.length}`);
}

/** Throws unless `other` is a scaler of the same class with the same number of features. */
export function checkMerge<S extends Scaler>(own: S, other: S): void {
  const { name } = own.constructor;
  if (!(other instanceof own.constructor))
    throw new TypeError(`${name}: expected a ${name} to merge, got ${describe(other)}`);
  if (other.features !== own.features) {
    throw new RangeError(
      `${name}: expected a scaler of ${own.features} features, got ${other.features}`,
    );
  }
}

export function checkGroup(own: Scaler, group: { allReduce: unknown }): void {
  if (typeof group?.allReduce !== "function")
    throw new TypeError(
      `${own.constructor.name}: expected a process group, got ${describe(group)}`,
    );
}

/**
 * Replaces a scale near 0 (less than ten roundings of 1) by 1, so that a constant feature is not enlarged:
 * scikit-learn's rule.
 */
export const notZero = (scale: number, unit = 1): number =>
  scale / unit < 10 * Number.EPSILON ? unit : scale;
