// Faults that are known and not yet mended: a finding that fits one is counted and not reported. Empty is what it should be.
import type { Situation } from "./check.js";

interface Known {
  /** What is wrong. */
  why: string;
  fits: (s: Situation) => boolean;
}

const wild = (s: Situation) =>
  s.kind === "one NaN" ||
  s.kind === "one Inf" ||
  (s.poke !== undefined && !(Math.abs(s.poke) < 1e30));
const huge = (s: Situation) => s.kind === "1e18" || s.kind === "1e37";
const of = (s: Situation, ...ops: string[]) => ops.includes(s.op);

const known: Known[] = [
  {
    why: "keys that are hidden get 0·NaN of the queries in the matrix product, as in PyTorch",
    fits: (s) => of(s, "scaledDotProductAttention") && (wild(s) || huge(s)),
  },
];

export const isKnown = (s: Situation): boolean => known.some(({ fits }) => fits(s));
