interface RunLogState {
  settings: Record<string, number>;
  losses: number[];
  seconds: number;
}

/** What a training keeps of itself in a checkpoint: its losses so far, and the settings they depend on. */
export class RunLog {
  readonly losses: number[] = [];
  /** Spent in steps. */
  seconds = 0;
  readonly #settings: Record<string, number>;
  readonly #steps: number;

  /** `steps`: how many there will be in the end. */
  constructor(settings: Record<string, number>, steps: number) {
    this.#settings = settings;
    this.#steps = steps;
  }

  stateDict(): RunLogState {
    return { settings: this.#settings, losses: this.losses, seconds: this.seconds };
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

  loadStateDict({ losses, seconds }: RunLogState): void {
    this.losses.splice(0, Number.POSITIVE_INFINITY, ...losses.map((loss) => loss ?? Number.NaN));
    this.seconds = seconds;
  }
}
