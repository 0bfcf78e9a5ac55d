export type RunSettings = Record<string, string | number>;

interface RunLogState {
  settings: RunSettings;
  losses: number[];
  seconds: number;
  peakBytes: number;
}

/** What a training keeps of itself in a checkpoint: its losses so far, and the settings they depend on. */
export class RunLog {
  readonly losses: number[] = [];
  /** Spent in steps. */
  seconds = 0;
  /** The most memory that was in use. */
  peakBytes = 0;
  readonly #settings: RunSettings;
  readonly #steps: number;

  /** `steps`: how many there will be in the end. */
  constructor(settings: RunSettings, steps: number) {
    this.#settings = settings;
    this.#steps = steps;
  }

  stateDict(): RunLogState {
    const { losses, seconds, peakBytes } = this;
    return { settings: this.#settings, losses, seconds, peakBytes };
  }

  /** Throws RangeError for a run with other settings, or one that is longer than this one is to be. */
  checkStateDict({ settings, losses, seconds }: RunLogState): void {
    const [want, got] = [this.#settings, settings].map((value) => JSON.stringify(value));
    if (got !== want)
      throw new RangeError(`train: expected the checkpoint of a run with ${want}, got ${got}`);
    if (!Array.isArray(losses) || losses.length > this.#steps || !Number.isFinite(seconds)) {
      throw new RangeError(
        `train: expected a checkpoint of ${this.#steps} steps at most, got ${losses?.length}`,
      );
    }
  }

  loadStateDict({ losses, seconds, peakBytes }: RunLogState): void {
    this.losses.splice(0, Number.POSITIVE_INFINITY, ...losses.map((loss) => loss ?? Number.NaN));
    this.seconds = seconds;
    this.peakBytes = peakBytes;
  }
}
