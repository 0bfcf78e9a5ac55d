// Known faults that are not mended yet. A finding that fits one is counted and not reported. The list should be empty,
// and it is.
import type { Situation } from "./check.js";

interface Known {
  /** What is wrong. */
  why: string;
  fits: (s: Situation) => boolean;
}

const known: Known[] = [];

export const isKnown = (s: Situation): boolean => known.some(({ fits }) => fits(s));
