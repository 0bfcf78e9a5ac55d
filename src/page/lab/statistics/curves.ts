// What the section draws of the batches seen so far.
import type { BatchSeen } from "../../../experiments/running-stats.js";
import { type Points, pack, pointsOf, unpack } from "../parts/packed.js";
import { STEPS, TRUE_VARIANCE } from "./settings.js";

/** One of the two statistics: of each batch, of the layer with the momentum of the lever, and of all batches. */
export interface Curves<P = Points> {
  batch: P;
  running: P;
  all: P;
  truth: P;
}

const valuesOf = (seen: readonly BatchSeen[], name: "mean" | "variance"): Curves<number[]> => ({
  batch: seen.map((batch) => batch[name]),
  running: seen.map(({ running }) => running[0][name]),
  all: seen.map(({ running }) => running[1][name]),
  truth: seen.map(({ trueMean }) => (name === "mean" ? trueMean : TRUE_VARIANCE)),
});

const each = <A, B>(curves: Curves<A>, make: (curve: A) => B): Curves<B> => {
  const { batch, running, all, truth } = curves;
  return { batch: make(batch), running: make(running), all: make(all), truth: make(truth) };
};

export const curvesOf = (seen: readonly BatchSeen[], name: "mean" | "variance"): Curves =>
  each(valuesOf(seen, name), pointsOf);

/** Curves as they stand in the document, and back. */
export const packed = (
  seen: readonly BatchSeen[],
  name: "mean" | "variance",
): Curves<readonly number[]> => each(valuesOf(seen, name), pack);
export const unpacked = (curves: Curves<readonly number[]>): Curves =>
  each(curves, (values) => unpack(values, STEPS));

/** The scale that holds all curves, in whole numbers. */
export function scaleOf({ batch, running, truth }: Curves): readonly [number, number] {
  const values = [...batch, ...running, ...truth].map(([, y]) => y).filter(Number.isFinite);
  return [Math.floor(Math.min(0, ...values)), Math.ceil(Math.max(...values, 2))];
}
