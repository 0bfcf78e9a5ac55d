import type { Evaluation, Probe } from "./compare-types.js";

export type RunSettings = Record<string, string | number>;

/** What is noted on the way of a training, the first note first. */
export interface RunNotes {
  evaluations: Evaluation[];
  probes: Probe[];
}

/** The collectives of a step over several ranks, and the bytes that a rank gave to them. */
export interface StepTraffic {
  collectives: number;
  bytes: number;
}

const silent: StepTraffic = { collectives: 0, bytes: 0 };

interface RunLogState {
  settings: RunSettings;
  /** The losses. A number that is not finite is a text such as "NaN" here and below: JSON would change it to null. */
  losses: (number | string)[];
  seconds: number;
  peakBytes: number;
  /** Older checkpoints have none of these. */
  traffic?: StepTraffic;
  evaluations?: unknown[];
  probes?: unknown[];
}

const NOT_FINITE = new Set<unknown>(["NaN", "Infinity", "-Infinity"]);

/** What a training saves of itself in a checkpoint: losses and notes so far, and the settings they depend on. */
export class RunLog {
  readonly losses: number[];
  readonly notes: RunNotes;
  /** The time spent in steps, in seconds. */
  seconds = 0;
  /** The largest memory of this training, in bytes. */
  peakBytes = 0;
  /** What a step sent to other ranks. */
  traffic = silent;
  readonly #settings: RunSettings;
  readonly #steps: number;

  /** `steps` is the total number of steps. `losses` and `notes` are the lists that receive what is loaded. */
  constructor(
    settings: RunSettings,
    steps: number,
    losses: number[] = [],
    notes: RunNotes = { evaluations: [], probes: [] },
  ) {
    this.#settings = settings;
    this.#steps = steps;
    this.losses = losses;
    this.notes = notes;
  }

  stateDict(): RunLogState {
    const { losses, seconds, peakBytes, traffic, notes } = this;
    const lists = { losses: losses.map(kept), ...changed(notes, kept) };
    return { settings: this.#settings, ...lists, seconds, peakBytes, traffic };
  }

  /** Throws RangeError for a run with other settings or with more steps, and for notes of steps it does not have. */
  checkStateDict({ settings, losses, seconds, peakBytes, ...more }: RunLogState): void {
    const { traffic = silent, ...notes } = more;
    const [want, got] = [this.#settings, settings].map((value) => JSON.stringify(value));
    if (got !== want)
      throw new RangeError(`train: expected the checkpoint of a run with ${want}, got ${got}`);
    if (!Array.isArray(losses) || losses.length > this.#steps) {
      throw new RangeError(
        `train: expected a checkpoint of ${this.#steps} steps at most, got ${losses?.length}`,
      );
    }
    const wrong = losses.findIndex((loss) => !Number.isFinite(loss) && !NOT_FINITE.has(loss));
    if (wrong >= 0)
      throw new RangeError(
        `train: expected losses that are numbers, got ${losses[wrong]} at step ${wrong + 1}`,
      );
    for (const [name, value] of Object.entries({ seconds, peakBytes, ...traffic }))
      if (!Number.isFinite(value))
        throw new RangeError(`train: expected ${name} to be a number, got ${value}`);
    for (const name of ["evaluations", "probes"] as const) checkNotes(name, notes[name], losses);
  }

  loadStateDict(state: RunLogState): void {
    const { losses, seconds, peakBytes, evaluations = [], probes = [] } = state;
    const { traffic = silent } = state;
    replace(this.losses, losses.map(Number));
    replace(this.notes.evaluations, changed(evaluations, read) as Evaluation[]);
    replace(this.notes.probes, changed(probes, read) as Probe[]);
    this.seconds = seconds;
    this.peakBytes = peakBytes;
    this.traffic = traffic;
  }
}

const replace = <T>(list: T[], by: readonly T[]) => list.splice(0, Number.POSITIVE_INFINITY, ...by);

const kept = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

const read = (value: unknown): unknown => (NOT_FINITE.has(value) ? Number(value) : value);

/** A copy with every number and text in it changed. */
function changed<T>(value: T, change: (leaf: never) => unknown): T {
  if (Array.isArray(value)) return value.map((entry) => changed(entry, change)) as T;
  if (typeof value !== "object" || value === null) return change(value as never) as T;
  const entries = Object.entries(value).map(([key, entry]) => [key, changed(entry, change)]);
  return Object.fromEntries(entries);
}

function checkNotes(name: string, notes: unknown, losses: readonly unknown[]): void {
  if (notes === undefined) return;
  if (!Array.isArray(notes))
    throw new RangeError(`train: expected ${name} to be a list, got ${notes}`);
  for (const note of notes) {
    const step = note?.step;
    if (!(Number.isInteger(step) && step >= 1 && step <= losses.length))
      throw new RangeError(`train: expected ${name} at steps 1 to ${losses.length}, got ${step}`);
  }
}
