// What the section shows of each net.
import type { GradientsConfig, MLPNorm } from "../../../experiments/gradients.js";
import { smooth } from "../../../show/smooth.js";
import type { State } from "../../state.js";
import type { Points } from "../parts/packed.js";

export interface Net {
  norm: MLPNorm;
  /** ‖∂loss/∂W‖ of each layer of the fresh net. */
  gradients: readonly number[];
  /** [step, smoothed loss]. */
  curve: Points;
  /** The share of right answers in the last steps; NaN before these. */
  accuracy: number;
}

export const STEPS = 300;
const WINDOW = 9;

export const depthSettings = ({
  depth,
  activation,
  depthRate,
}: Pick<State, "depth" | "activation" | "depthRate">): Partial<GradientsConfig> => ({
  ...{ depth, lr: depthRate, steps: STEPS, activations: [activation], bare: false },
});

/** The loss of one batch is noise. */
export const smoothed = (losses: readonly number[]): number[] => smooth(losses, WINDOW);
