// What the section shows of each net.
import type { GradientsConfig, MLPNorm } from "../../../experiments/gradients.js";
import { smooth, thin } from "../../../show/smooth.js";
import type { State } from "../../state.js";

export interface Net {
  norm: MLPNorm;
  /** ‖∂loss/∂W‖ of each layer of the fresh net. */
  gradients: readonly number[];
  /** [step, smoothed loss]. */
  curve: readonly (readonly [number, number])[];
  /** The share of right answers in the last steps; NaN before these. */
  accuracy: number;
}

export const STEPS = 300;
const WINDOW = 9;
const POINTS = 75;

export const depthSettings = ({
  depth,
  activation,
  depthRate,
}: Pick<State, "depth" | "activation" | "depthRate">): Partial<GradientsConfig> => ({
  ...{ depth, lr: depthRate, steps: STEPS, activations: [activation], bare: false },
});

/** A curve as it is drawn: the loss of one batch is noise. */
export const curveOf = (losses: readonly number[]): (readonly [number, number])[] =>
  thin(smooth(losses, WINDOW), POINTS).map(([x, y]) => [x, y ?? Number.NaN] as const);
