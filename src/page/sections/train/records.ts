// The races that were recorded. The usual one comes with the page, the others when they are chosen.
import { signal } from "@preact/signals";
import { emptyLane, type Lane } from "../../engine/lane.js";
import { presetSettings, type RaceRun, type RecordedRace, runsOf } from "../../preset-races.js";
import recorded from "../../recorded.json" with { type: "json" };
import type { Preset } from "../../state.js";

export type RecordedRuns = readonly RaceRun[];

/** By preset; empty where it could not be loaded. */
export const records = signal<{ default: RecordedRuns } & { [K in Preset]?: RecordedRuns }>({
  default: runsOf(recorded, presetSettings.default.steps),
});

/** Loads the record of a preset, if it is not there. Without it the visitor's race has nothing behind it. */
export async function loadRecord(preset: Preset): Promise<void> {
  if (records.value[preset]) return;
  const none: { [K in Preset]?: RecordedRace } = {};
  const all = await import("../../recorded-small.json").then(
    (file): typeof none => file.default,
    () => none,
  );
  const race = runsOf(all[preset] ?? {}, presetSettings[preset].steps);
  records.value = { ...records.value, [preset]: race };
}

/** The lanes as the recorded runs would have left them. */
export const recordedLanes = (preset: Preset): Lane[] =>
  (records.value[preset] ?? []).map(({ norm, losses, curve, evaluations }) => ({
    ...emptyLane(norm, 0, presetSettings[preset].batchSize),
    ...{ status: "done", losses, curve, evaluations },
  }));
