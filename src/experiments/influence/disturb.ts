// What goes wrong with one sample, and whose outputs it moves. This needs no layer.
import type { MapShape } from "../sets.js";

/**
 * What happens to sample 0: one element becomes an outlier, it is alone in its batch, a channel of it becomes constant,
 * it gets a large mean, is scaled, or the last half of its positions is padded with zeros.
 */
export const disturbances = ["outlier", "alone", "constant", "shift", "scale", "padding"] as const;
/** The name of one of `disturbances`. */
export type Disturbance = (typeof disturbances)[number];

/** What may be shifted or scaled: all, a channel of every sample, a sample, one channel of it, one position of it. */
export const parts = ["batch", "channel", "sample", "plane", "position"] as const;
/** The name of one of `parts`. */
export type Part = (typeof parts)[number];

export interface Strength {
  /** What one element becomes. */
  outlier: number;
  /** What is added for a large mean, and what is multiplied by. */
  shift: number;
  scale: number;
}

export const usualStrength: Strength = { outlier: 100, shift: 100, scale: 10 };

/** An input with something wrong with its first sample, and the elements this was done to. */
export interface Disturbed {
  x: Float32Array;
  touched: ReadonlySet<number>;
}

/** `at` is the element of sample 0 that becomes an outlier; its channel is the one that becomes constant. */
export function disturb(
  input: Float32Array,
  disturbance: Disturbance,
  [, c, h, w]: MapShape,
  { outlier, shift, scale }: Strength,
  at = 0,
): Disturbed {
  const plane = h * w;
  const touch = (indices: readonly number[], change: (value: number) => number): Disturbed => {
    const x = input.slice();
    for (const i of indices) x[i] = change(x[i]);
    return { x, touched: new Set(indices) };
  };
  const sample = range(0, c * plane);
  switch (disturbance) {
    case "outlier":
      return touch([at], () => outlier);
    case "alone":
      return { x: input.slice(0, c * plane), touched: new Set() };
    case "constant":
      return touch(
        sample.filter((i) => Math.floor(i / plane) === Math.floor(at / plane)),
        () => 1,
      );
    case "shift":
      return touch(sample, (value) => value + shift);
    case "scale":
      return touch(sample, (value) => value * scale);
    case "padding":
      return touch(
        sample.filter((i) => i % plane >= Math.ceil(plane / 2)),
        () => 0,
      );
  }
}

/** What rounding does stays far below, and what a disturbance does far above. */
const MOVED = 1e-3;

export const isMoved = (before: number, after: number): boolean =>
  !(Math.abs(after - before) <= MOVED);

/** How many outputs moved, of how many. */
export interface Count {
  moved: number;
  of: number;
}

export interface Damage {
  /** Outputs whose own input was disturbed are left out, unless that is all of the sample. */
  own: Count;
  /** Of the other samples; none where the sample is alone. */
  others: Count;
}

/** Counts the outputs that moved. `size` is the number of elements of a sample. */
export function damage(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  touched: ReadonlySet<number>,
  size: number,
): Damage {
  const all = touched.size === size;
  const count = (from: number, to: number, counts: (i: number) => boolean): Count => {
    const of = range(from, to).filter(counts);
    return { moved: of.filter((i) => isMoved(before[i], after[i])).length, of: of.length };
  };
  return {
    own: count(0, size, (i) => all || !touched.has(i)),
    others: count(size, after.length, () => true),
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);
