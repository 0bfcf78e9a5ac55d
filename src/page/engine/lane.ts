// What is known of the training of one norm.
import type { CompareEvent, Evaluation, Probe } from "../../experiments/compare-types.js";
import type { Rate } from "./protocol.js";

export type LaneStatus = "waiting" | "running" | "done" | "stopped" | "refused" | "failed";

export interface Lane {
  norm: string;
  status: LaneStatus;
  losses: number[];
  evaluations: Evaluation[];
  /** The last look into the blocks. */
  probe: Probe | null;
  /** Steps a second, and the most memory of a step so far, in bytes. */
  rate: number;
  peakBytes: number;
  /** The step sizes that were set on the way. */
  rates: readonly Rate[];
  /** Why it was refused or failed. */
  message: string;
}

export const emptyLane = (norm: string, rates: readonly Rate[] = []): Lane => ({
  ...{ norm, status: "waiting", losses: [], evaluations: [], probe: null },
  ...{ rate: 0, peakBytes: 0, rates, message: "" },
});

/** Takes an event of the training into its lane. */
export function take(lane: Lane, event: CompareEvent): void {
  if (event.type === "run" || event.phase !== "train") return;
  if (event.type === "start") Object.assign(lane, { losses: [], evaluations: [], probe: null });
  else if (event.type === "resume") {
    lane.losses = [...event.losses];
    lane.evaluations = [...(event.evaluations ?? [])];
    lane.probe = event.probes?.at(-1) ?? null;
  } else if (event.type === "step") {
    lane.losses.push(event.loss);
    lane.rate = event.rate;
    lane.peakBytes = event.peakBytes;
  } else if (event.type === "evaluate") {
    const { step, testAccuracy, answers } = event;
    lane.evaluations.push({ step, testAccuracy, ...(answers && { answers }) });
  } else if (event.type === "probe") lane.probe = { step: event.step, blocks: event.blocks };
}
