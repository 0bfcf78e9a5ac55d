import type {
  RunningStatsConfig,
  RunningStatsControls,
} from "../../../experiments/running-stats.js";
import type { State } from "../../state.js";

/** The variance of the batches; the experiment's TRUE_VARIANCE, which a test holds it to. */
export const TRUE_VARIANCE = 4;

export const STEPS = 300;

/** The time between two batches, in milliseconds: as fast as one can follow. */
export const INTERVAL = 33;

/** Momenta, so that the slider goes in even steps of what they do. */
export const MOMENTA = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** Beside the momentum of the lever, the average over all batches. */
export const statisticsSettings = ({
  momentum,
  values,
}: Pick<State, "momentum" | "values">): Partial<RunningStatsConfig> => ({
  ...{ momenta: [momentum, null], batch: values, steps: STEPS, sizes: [] },
});

export const statisticsControls = ({
  momentum,
  values,
  mean,
}: Pick<State, "momentum" | "values" | "mean">): RunningStatsControls => ({
  ...{ momentum, batch: values, mean },
});
