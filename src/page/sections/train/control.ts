// Starts, steers and keeps the visitor's race. The section is drawn from the signals here.
import { signal } from "@preact/signals";
import type { CompareConfig } from "../../../experiments/compare-types.js";
import { call, makeWorker } from "../../engine/engine.js";
import { laneName, lanesOf } from "../../engine/lane.js";
import type { OwnData } from "../../engine/protocol.js";
import { Race } from "../../engine/race.js";
import { forget, forgetOld, newKey } from "../../engine/saved.js";
import { seatsFor } from "../../engine/seats.js";
import { state } from "../../model.js";
import { presetSettings, TEST_IMAGES, TRAIN_IMAGES } from "../../preset-races.js";
import { normsOf, type Preset, presets, type State, seedsOf } from "../../state.js";
import { hold, keep, leftPlan, type Plan } from "./plan.js";

/** How many test pictures are shown with each norm's answer. */
export const PICTURES = 20;

/** The time between two drawings while it trains, in milliseconds. */
const REDRAW = 100;

/** Counts up whenever the race has changed and must be drawn anew. */
export const version = signal(0);
/** A race that was left before its end. */
export const left = signal<Plan | null>(null);
/** Images of the visitor's own. */
export const ownData = signal<OwnData | null>(null);

let race: Race | null = null;
let plan: Plan | null = null;
/** Whether the plan is kept. It is not while a race in another tab is. */
let isKept = false;
let release = () => {};
let waiting: ReturnType<typeof setTimeout> | null = null;

export const theRace = (): Race | null => race;

/** The preset of what is drawn: of the visitor's race, or of the recorded one. */
export function drawnPreset(): Preset {
  const size = race?.entry?.settings.batchSize ?? presetSettings.default.batchSize;
  return presets.find((name) => presetSettings[name].batchSize === size) ?? "default";
}

/** The settings of a race as it stands in the state. */
const settingsFrom = ({ preset, lr, width }: State): Partial<CompareConfig> => ({
  ...presetSettings[preset],
  ...{ lr, width, probeEvery: 40, answers: PICTURES },
});

function changed(): void {
  if (race && plan && (race.status === "done" || race.status === "stopped")) finish();
  else if (race && plan) {
    const rates = Object.fromEntries(race.lanes.map((lane) => [laneName(lane), lane.rates]));
    if (JSON.stringify(rates) !== JSON.stringify(plan.rates)) {
      plan = { ...plan, rates };
      if (isKept) keep(plan);
    }
  }
  if (race?.status === "done" || race?.status === "stopped") {
    version.value++; // an end is shown at once
    return;
  }
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = null;
    version.value++;
  }, REDRAW);
}

/** What was saved of a race is of no use after its end. */
function finish(): void {
  if (plan) drop(plan, isKept);
  plan = null;
  isKept = false;
  release();
}

function drop({ key }: Plan, isOurs: boolean): void {
  if (isOurs) {
    keep(null);
    left.value = null;
  }
  forget(key);
}

export const dismiss = (): void => {
  if (left.value) drop(left.value, true);
};

/** Starts the race of the state. Rejects with the library's refusal of a norm; then nothing has changed. */
export async function run(): Promise<void> {
  const { value } = state;
  const norms = normsOf(value.norms);
  await call("check", { norms, width: value.width });
  if (left.value) drop(left.value, true);
  const key = newKey();
  const seeds = seedsOf(value.seeds) ?? [];
  begin({ norms, seeds, settings: settingsFrom(value), key, rates: {} }, ownData.value);
}

/** Goes on with the race that was left. It was on drawn images: none of the visitor's own outlive the page. */
export function goOn(): void {
  if (!left.value) return;
  begin(left.value, null);
  left.value = null;
}

function begin(next: Plan, data: OwnData | null): void {
  if (race && (race.status === "running" || race.status === "paused")) return;
  const seats = seatsFor(lanesOf(next).length, navigator.hardwareConcurrency || 1);
  if (race?.seats !== seats) {
    race?.dispose();
    race = new Race({ makeWorker, seats, changed });
  }
  plan = data ? null : next;
  release = plan ? hold(() => keepOurs(next)) : () => {};
  const { key, ...entry } = next;
  race.start(data ? { ...entry, data } : { ...entry, key });
  version.value++;
}

/** Keeps the race if it is still under way. */
function keepOurs({ key }: Plan): void {
  if (plan?.key !== key) return;
  isKept = true;
  keep(plan);
}

export const pause = () => race?.pause();
export const resume = () => race?.resume();
export const step = () => race?.step();
export const stop = () => race?.stop();

/** Sets the step size of the race that is under way. */
export function setRate(lr: number): void {
  if (race?.status === "running" || race?.status === "paused") race.set(lr);
}

/** Counts the choices of images: an archive is read for seconds, and only the last choice counts. */
let choices = 0;

/** Takes images from a file of the visitor's, or rejects with what is wrong with it. */
export async function takeFile(file: File): Promise<void> {
  const choice = ++choices;
  try {
    const data = await call("images", { file, train: TRAIN_IMAGES, test: TEST_IMAGES });
    if (choice === choices) ownData.value = data;
  } catch (error) {
    if (choice === choices) throw error;
  }
}

/** Goes back to the drawn images. */
export function leaveFile(): void {
  choices++;
  ownData.value = null;
}

export async function lookForLeft(): Promise<void> {
  left.value = await leftPlan();
  await forgetOld(left.value?.key);
}
