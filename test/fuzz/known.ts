// Faults that are known and not yet mended: a finding that fits one is counted and not reported. Empty, as it should be.
import type { Situation } from "./check.js";

interface Known {
  /** What is wrong. */
  why: string;
  fits: (s: Situation) => boolean;
}

const known: Known[] = [];

export const isKnown = (s: Situation): boolean => known.some(({ fits }) => fits(s));
