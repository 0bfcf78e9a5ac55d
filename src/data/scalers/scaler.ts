// What the scalers share: data [rows, features] (or images [rows, features, plane]) in any array, float64 statistics, and an affine
// map per feature and back.

import { checkOptions, describe } from "../../options.js";

export type Numbers = ArrayLike<number>;
export type FloatArray = Float32Array | Float64Array;

export interface ScalerOptions {
  /** Neighbouring values of one feature: the pixels of a channel; 1 (default) for plain rows. */
  plane?: number;
}

/** (x − centre)/scale·factor + offset for each feature. */
export abstract class Scaler {
  readonly features: number;
  readonly plane: number;
  protected centre: Float64Array | null = null;
  protected scale: Float64Array | null = null;
  protected factor = 1;
  protected offset = 0;

  constructor(name: string, features: number, options: ScalerOptions, rules: object = {}) {
    const { plane = 1 } = checkOptions<ScalerOptions>(name, options, { plane: "number", ...rules });
    for (const [what, value] of Object.entries({ features, plane })) {
      if (Number.isInteger(value) && value > 0) continue;
      throw new RangeError(
        `${name}: expected ${what} to be a positive integer, got ${describe(value)}`,
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

  /** Throws RangeError unless `data` is whole rows of numbers, none of them infinite: one would make its feature 0 or NaN throughout. */
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

  /** Writes the scaled data to `out` (default: a new Float64Array), which may be `data`. NaN stays NaN. */
  transform<T extends FloatArray = Float64Array>(data: Numbers, out?: T): T {
    const { factor, offset } = this;
    return this.#map(data, out, (x, centre, scale) => ((x - centre) / scale) * factor + offset);
  }

  /** The way back. */
  inverse<T extends FloatArray = Float64Array>(data: Numbers, out?: T): T {
    const { factor, offset } = this;
    return this.#map(data, out, (y, centre, scale) => ((y - offset) / factor) * scale + centre);
  }

  #map<T extends FloatArray>(
    data: Numbers,
    out: T | undefined,
    f: (x: number, centre: number, scale: number) => number,
  ): T {
    const { features, plane, centre, scale } = this;
    if (!centre || !scale) throw new Error(`${this.constructor.name}: call fit first`);
    this.check(data);
    const to = out ?? (new Float64Array(data.length) as T);
    if (to.length !== data.length) {
      throw new RangeError(
        `${this.constructor.name}: expected room for ${data.length} numbers, got ${to.length}`,
      );
    }
    for (let i = 0; i < data.length; i++) {
      const j = Math.floor(i / plane) % features;
      to[i] = f(data[i], centre[j], scale[j]);
    }
    return to;
  }
}

/** Throws RangeError unless `data` is whole rows, TypeError for what in it is no number. */
export function checkRows(name: string, data: Numbers, row: number): void {
  if (typeof data?.length !== "number" || data.length % row !== 0)
    throw new RangeError(
      `${name}: expected whole rows of ${row} numbers, got ${data?.length} numbers`,
    );
  checkNumbers(name, "data", data);
}

/** Throws TypeError for a list with anything but numbers, holes included: JSON's null is no 0. */
export function checkNumbers(name: string, what: string, list: Numbers): void {
  if (typeof list?.length !== "number")
    throw new TypeError(`${name}: expected ${what} to be a list of numbers, got ${describe(list)}`);
  for (let i = 0; i < list.length; i++)
    if (typeof list[i] !== "number")
      throw new TypeError(
        `${name}: expected ${what} to be numbers, got ${describe(list[i])} at index ${i}`,
      );
}

/** A scale with what is as good as 0 (less than ten roundings of 1) made 1: a constant feature is not blown up, scikit-learn's rule. */
export const notZero = (scale: number): number => (scale < 10 * Number.EPSILON ? 1 : scale);
