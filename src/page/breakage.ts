// What goes wrong in "Break it", and what becomes of each output.
import {
  type Damage,
  type Disturbed,
  damage,
  disturb,
  isMoved,
  usualStrength,
} from "../experiments/influence/disturb.js";
import type { SeeConfig, Sight } from "../experiments/see.js";
import type { MapShape } from "../experiments/sets.js";
import { sizeOf } from "../shape.js";
import type { State } from "./state.js";

/** The number that goes wrong: that of See which is pointed at first. */
export const HIT = 8;

/** An undisturbed input. */
type Whole = Pick<Sight, "shape"> & { input: ArrayLike<number> };

/** The disturbed input, and what the library is asked for to see what becomes of it. */
export function breakage(
  { shape, input }: Whole,
  { norm, disturbance, outlier }: Pick<State, "norm" | "disturbance" | "outlier">,
): { disturbed: Disturbed; args: Partial<SeeConfig> } {
  const whole = Float32Array.from(input);
  const strength = { ...usualStrength, outlier };
  const disturbed = disturb(whole, disturbance, shape, strength, HIT);
  const values = Array.from(disturbed.x);
  const [, ...sample] = shape;
  const left = [values.length / sizeOf(sample), ...sample] as unknown as MapShape;
  return { disturbed, args: { norm, shape: left, values, seen: Array.from(whole) } };
}

/**
 * What became of an output: it stayed, moved in the sample that was disturbed or in another one, is that of a disturbed
 * input, or is gone with its sample.
 */
export type Fate = "stays" | "own" | "others" | "hit" | "gone";

export interface Outcome extends Damage {
  fates: Fate[];
  /** How far each output moved, from 0 to 5, in steps that the eye can tell. */
  steps: number[];
  /** How far the one that moved most did. */
  most: number;
}

/** The smallest moves of the steps, in units of a normalised output. */
const STEPS = [0, 0.1, 0.3, 0.6, 1];

export function outcomeOf(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  touched: ReadonlySet<number>,
  size: number,
): Outcome {
  const counts = damage(before, after, touched, size);
  const all = touched.size === size;
  const fateOf = (i: number): Fate => {
    if (i >= after.length) return "gone";
    if (touched.has(i) && !all) return "hit";
    if (!isMoved(before[i], after[i])) return "stays";
    return i < size ? "own" : "others";
  };
  const fates = Array.from({ length: before.length }, (_, i) => fateOf(i));
  const moves = fates.map((fate, i) =>
    fate === "own" || fate === "others" ? Math.abs(after[i] - before[i]) : 0,
  );
  return {
    ...counts,
    fates,
    steps: moves.map((move) => (move > 0 ? STEPS.filter((least) => move > least).length : 0)),
    most: Math.max(...moves),
  };
}
