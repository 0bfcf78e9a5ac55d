import { exact } from "../../parts/numbers.js";

/** A number in a sentence, or a dash for one that is not known yet. */
export const shown = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "–" : exact(value);

/** The last value of a curve. */
export const lastOf = (curve: readonly (readonly [number, number])[]): number | undefined =>
  curve.at(-1)?.[1];
