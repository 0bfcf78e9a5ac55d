export type RunSettings = Record<string, string | number>;

interface RunLogState {
  settings: RunSettings;
  /** The losses. A loss that is not finite is a text such as "NaN": JSON would change it to null. */
  losses: (number | string)[];
  seconds: number;
  peakBytes: number;
}

const NOT_FINITE = new Set<unknown>(["NaN", "Infinity", "-Infinity"]);

/** What a training saves of itself in a checkpoint: its losses so far, and the settings they depend on. */
export class RunLog {
  readonly losses: number[];
  /** The time spent in steps, in seconds. */
  seconds = 0;
  /** The largest memory of this training, in bytes. */
  peakBytes = 0;
  readonly #settings: RunSettings;
  readonly #steps: number;

  /** `steps` is the total number of steps. `losses` is the list that receives the losses. */
  constructor(settings: RunSettings, steps: number, losses: number[] = []) {
    this.#settings = settings;
    this.#steps = steps;
    this.losses = losses;
  }

  stateDict(): RunLogState {
    const { losses, seconds, peakBytes } = this;
    const kept = losses.map((loss) => (Number.isFinite(loss) ? loss : String(loss)));
    return { settings: this.#settings, losses: kept, seconds, peakBytes };
  }

  /** Throws RangeError for a run with other settings, and for a run longer than this one will be. */
  checkStateDict({ settings, losses, seconds, peakBytes }: RunLogState): void {
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
    for (const [name, value] of Object.entries({ seconds, peakBytes }))
      if (!Number.isFinite(value))
        throw new RangeError(`train: expected ${name} to be a number, got ${value}`);
  }

  loadStateDict({ losses, seconds, peakBytes }: RunLogState): void {
    this.losses.splice(0, Number.POSITIVE_INFINITY, ...losses.map(Number));
    this.seconds = seconds;
    this.peakBytes = peakBytes;
  }
}
