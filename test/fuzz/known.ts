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
const emptied = [
  "batchInstanceNorm",
  "batchRenorm",
  "evonormS0",
  "globalResponseNorm",
  "powerNorm",
  "scaledWeightStandardization",
  "switchableNorm",
  "weightNorm",
];
const hasNone = (shape: readonly number[]) => shape.includes(0);
const activated = (s: Situation) => /activation: "/.test(s.call);

const known: Known[] = [
  {
    why: "a relu, a TLU lets no gradient through at NaN, alone and fused",
    fits: (s) =>
      (s.kind === "one NaN" || s.kind === "one Inf") &&
      s.aspect === "gradient" &&
      (of(s, "relu", "frn") || /activation: "relu"/.test(s.call)),
  },
  {
    why: "gelu and silu of large negative numbers are not 0",
    fits: (s) =>
      (of(s, "gelu", "silu") || /activation: "(gelu|silu)"/.test(s.call)) && s.kind !== "ordinary",
  },
  {
    why: "a fused activation's gradient passes through float32 before its scale, at deviations above 1e8 or below 1e-8",
    fits: (s) => s.aspect === "gradient" && activated(s) && (huge(s) || s.kind === "1e-20"),
  },
  {
    why: "dx by given statistics is NaN where x is NaN, with the channels last",
    fits: (s) => s.aspect !== "threads" && wild(s) && /training: false|^film/.test(s.call),
  },
  {
    why: "statistics of x that evaluation does not use send 0·NaN to all of a channel's dx",
    fits: (s) => of(s, "switchableNorm", "evonormB0") && wild(s) && /training: false/.test(s.call),
  },
  {
    why: "a mask is ignored by what is not plain batch norm",
    fits: (s) => / mask \[/.test(s.call) && /Norm|Renorm/.test(s.op) && !of(s, "batchNorm"),
  },
  {
    why: "keys that are not seen get NaN of those that are",
    fits: (s) => of(s, "scaledDotProductAttention") && (wild(s) || huge(s)),
  },
  {
    why: "Winograd's tiles leak",
    fits: (s) => of(s, "conv2d", "convTranspose2d") && (s.aspect === "locality" || wild(s)),
  },
  {
    why: "parameters of what is empty get NaN, or what lay in memory, in place of a gradient of 0",
    fits: (s) => of(s, ...emptied) && s.shapes.some(hasNone),
  },
  {
    why: "a group's huge values reach the others through the common power of two",
    fits: (s) => of(s, "iterNorm") && s.aspect === "locality" && /groups: 2/.test(s.call),
  },
  {
    why: "elements that are not counted send NaN to their own gradient",
    fits: (s) => of(s, "rmsNorm") && wild(s) && /partial/.test(s.call),
  },
  {
    why: "x·sigmoid(v·x) of huge numbers has a NaN for a slope",
    fits: (s) => of(s, "evonormS0") && s.aspect === "gradient" && huge(s),
  },
  {
    why: "q·x − q·mean of a plane of one value drowns what comes from the batch",
    fits: (s) => of(s, "evonormB0") && s.aspect === "gradient" && huge(s),
  },
  {
    why: "bits of other channels change with the way of computing",
    fits: (s) => of(s, "localResponseNorm") && s.aspect === "locality",
  },
];

export const isKnown = (s: Situation): boolean => known.some(({ fits }) => fits(s));
