// Starts, steers and keeps the visitor's race. The section is drawn from the signals here.
import { signal } from "@preact/signals";
import type { CompareConfig } from "../../../experiments/compare-types.js";
import { call, makeWorker } from "../../engine/engine.js";
import { type Entry, laneName, lanesOf } from "../../engine/lane.js";
import { Race } from "../../engine/race.js";
import { forgetOld, newKey } from "../../engine/saved.js";
import { seatsFor } from "../../engine/seats.js";
import { state } from "../../model.js";
import { presetSettings } from "../../preset-races.js";
import { normsOf, type Preset, presets, type State, seedsOf } from "../../state.js";
import { ownData, reading } from "./own-data.js";
import { KeptPlan, keptPlan, leftPlan, type Plan, takePlace } from "./plan.js";
import { records } from "./records.js";

/** How many test pictures are shown with each norm's answer. */
export const PICTURES = 20;

/** The time between two drawings while it trains, in milliseconds. */
const REDRAW = 100;

/** Counts up whenever the race has changed and must be drawn anew. */
export const version = signal(0);
/** A race that was left before its end. */
export const left = signal<Plan | null>(null);
/** Whether the race that was offered goes on in another tab. */
export const isElsewhere = signal(false);

let race: Race | null = null;
/** What is kept of it. Nothing is of a race on the visitor's own images. */
let kept: KeptPlan | null = null;
let waiting: ReturnType<typeof setTimeout> | null = null;

export const theRace = (): Race | null => race;

/**
 * What is drawn: the visitor's race, or, unless one is under way, the recorded race of the preset that is chosen now.
 */
export function drawnFor(chosen: Preset): { race: Race | null; preset: Preset } {
  const hasRecord = (records.value[chosen]?.length ?? 0) > 0;
  const size = race?.entry?.settings.batchSize;
  const own = presets.find((name) => presetSettings[name].batchSize === size);
  if (own && (own === chosen || race?.isUnderWay || !hasRecord)) return { race, preset: own };
  return { race: null, preset: hasRecord ? chosen : "default" };
}

/** The settings of a race as it stands in the state. */
const settingsFrom = ({ preset, lr, width }: State): Partial<CompareConfig> => ({
  ...presetSettings[preset],
  ...{ lr, width, probeEvery: 40, answers: PICTURES },
});

function changed(): void {
  if (!race) return;
  if (race.isUnderWay) {
    if (kept)
      kept.rates = Object.fromEntries(race.lanes.map((lane) => [laneName(lane), lane.rates]));
    if (!waiting) waiting = setTimeout(draw, REDRAW);
    return;
  }
  kept?.end();
  kept = null;
  draw(); // an end is shown at once
}

function draw(): void {
  waiting = null;
  version.value++;
}

/** Offers the race that was left, if there is one. */
export async function lookForLeft(): Promise<void> {
  left.value = await leftPlan();
  await forgetOld(keptPlan()?.key);
}

/** Takes the race that was offered, or null: meanwhile another tab may have gone on with it, or forgotten it. */
async function takeLeft(): Promise<KeptPlan | null> {
  const offered = left.value;
  left.value = null;
  if (!offered) return null;
  const leave = await takePlace();
  isElsewhere.value = !leave;
  const plan = leave && keptPlan();
  if (plan?.key === offered.key) return new KeptPlan(plan, leave);
  left.value = plan; // one that was left since
  leave?.();
  return null;
}

/** Forgets the race that was offered. */
export async function dismiss(): Promise<void> {
  (await takeLeft())?.end();
}

let isBeginning = false;

/** One race at a time: while one begins or is under way, no other one does. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (isBeginning || race?.isUnderWay) return;
  isBeginning = true;
  await work().finally(() => {
    isBeginning = false;
  });
}

/**
 * Starts the race of the state, unless images for it are still read. Rejects with the library's refusal of a norm; then
 * nothing has changed.
 */
export const run = () => alone(runNow);

async function runNow(): Promise<void> {
  if (reading.value) return;
  const { value } = state;
  const norms = normsOf(value.norms);
  const seeds = seedsOf(value.seeds) ?? [];
  const data = ownData.value;
  await call("check", { norms, width: value.width });
  await dismiss();
  const entry = { norms, seeds, settings: settingsFrom(value) };
  if (data) return begin({ ...entry, data }, null);
  const plan = { ...entry, key: newKey(), rates: {} };
  begin(plan, new KeptPlan(plan, await takePlace()));
}

/** Goes on with the race that was left. It was on drawn images: none of the visitor's own outlive the page. */
export const goOn = () =>
  alone(async () => {
    const taken = await takeLeft();
    if (taken) begin(taken.plan, taken);
  });

function begin(entry: Entry, plan: KeptPlan | null): void {
  const seats = seatsFor(lanesOf(entry).length, navigator.hardwareConcurrency || 1);
  if (race?.seats !== seats) {
    race?.dispose();
    race = new Race({ makeWorker, seats, changed });
  }
  kept = plan;
  isElsewhere.value = false;
  race.start(entry);
  version.value++;
}

export const pause = () => race?.pause();
export const resume = () => race?.resume();
export const step = () => race?.step();
export const stop = () => race?.stop();

/** Sets the step size of the race that is under way. */
export function setRate(lr: number): void {
  if (race?.isUnderWay) race.set(lr);
}
