// What is known of the training of one norm from one seed.
import type {
  CompareConfig,
  CompareEvent,
  CompareResult,
  Evaluation,
  Probe,
} from "../../experiments/compare-types.js";
import type { OwnData, Rate } from "./protocol.js";

export type LaneStatus = "waiting" | "running" | "done" | "stopped" | "refused" | "failed";

export interface Lane {
  norm: string;
  seed: number;
  batchSize: number;
  status: LaneStatus;
  losses: number[];
  /** The smoothed losses of a recorded training of which not all losses are known. */
  curve?: readonly number[];
  evaluations: Evaluation[];
  /** The last look into the blocks. */
  probe: Probe | null;
  /** Steps a second, and the most memory of a step so far, in bytes. */
  rate: number;
  peakBytes: number;
  /** The step sizes that were set on the way. */
  rates: readonly Rate[];
  /** What came of it, in its own form; null before its end. */
  result: CompareResult | null;
  /** Why it was refused or failed. */
  message: string;
  /** How many workers in a row it lost without a step more between them, and how far it was then. */
  lost: { times: number; at: number };
}

export interface Entry {
  norms: readonly string[];
  /** Each norm is trained from every one; absent: from that of the settings. */
  seeds?: readonly number[];
  settings: Partial<CompareConfig>;
  data?: OwnData;
  /** Where it is saved, to go on after a reload. */
  key?: string;
  /** By the names of the lanes, the step sizes that were set before it was interrupted. */
  rates?: Readonly<Record<string, readonly Rate[]>>;
}

export const laneName = ({ norm, seed }: Pick<Lane, "norm" | "seed">): string => `${norm} ${seed}`;

/** The lanes of a race at its start, all norms from the first seed first. */
export const lanesOf = ({ norms, seeds, settings, rates }: Entry): Lane[] =>
  (seeds ?? [settings.seed ?? 0]).flatMap((seed) =>
    norms.map((norm) => ({
      ...emptyLane(norm, seed, settings.batchSize),
      rates: rates?.[laneName({ norm, seed })] ?? [],
    })),
  );

export const emptyLane = (norm: string, seed: number, batchSize = 16): Lane => ({
  ...{ norm, seed, batchSize, status: "waiting", losses: [], evaluations: [], probe: null },
  ...{ rate: 0, peakBytes: 0, rates: [], result: null, message: "", lost: { times: 0, at: 0 } },
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
