// What is trained, and the recorded run.
import type { StyleConfig, StyleRun } from "../../../experiments/style.js";
import { smooth } from "../../../show/smooth.js";
import { type Points, pack, pointsOf, unpack } from "../parts/packed.js";
import recorded from "./recorded.json" with { type: "json" };

export const norms = ["in", "bn"] as const;
export const STEPS = 150;
const WINDOW = 9;

/** Style weights, so that the slider goes in even steps of what they do. */
export const WEIGHTS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

export const styleSettings = (styleWeight: number): Partial<StyleConfig> => ({
  ...{ norms, steps: STEPS, styleWeight, pictureEvery: 10, fullSize: false },
  ...{ widths: [8, 16, 32], residualBlocks: 1, batchSize: 2 },
});

/** [step, smoothed style loss]. */
export const curveOf = (losses: readonly number[]): Points => pointsOf(smooth(losses, WINDOW));

/** A run as it is kept: numbers with spaces between. */
export const recordOf = ({ losses, final }: StyleRun) => ({
  final: Number(final.style.toPrecision(3)),
  losses: pack(
    smooth(
      losses.map(({ style }) => style),
      WINDOW,
    ),
  ).join(" "),
});

export const recordedCurves = recorded.map(({ losses }) =>
  unpack(losses.split(" ").map(Number), STEPS),
);
export const recordedFinals = recorded.map(({ final }) => final);
