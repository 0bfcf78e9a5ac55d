// Curves as they stand in the document: evenly spaced values in few digits, without their steps.
import { thin } from "../../../show/smooth.js";

export type Points = readonly (readonly [number, number])[];

/** How many points a curve has at most. */
const POINTS = 40;

/** A curve as it is drawn: [step from 1, value]. */
export const pointsOf = (values: readonly number[]): Points =>
  thin(values, POINTS).map(([x, y]) => [x, y ?? Number.NaN] as const);

/** The values of its points. */
export const pack = (values: readonly number[]): number[] =>
  pointsOf(values).map(([, y]) => Number(y.toPrecision(3)));

/** The points of a packed curve of so many steps. */
export function unpack(packed: readonly number[], steps: number): Points {
  const stride = Math.ceil(steps / POINTS);
  const first = ((steps - 1) % stride) + 1;
  return packed.map((y, i) => [first + i * stride, y] as const);
}
