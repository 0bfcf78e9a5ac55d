import type { Optimizer } from "./optimizer.js";

export interface LRSchedulerState {
  /** Steps taken. */
  step: number;
  /** The rate each group began with. */
  baseLrs: number[];
}

/**
 * Sets the learning rates of an optimiser's groups: those of step 0 when it is made, of the next one at every `step()`. A rate is
 * a function of the step and the rate the group began with.
 */
export abstract class LRScheduler {
  readonly #optimizer: Optimizer;
  readonly #rule: (step: number, baseLr: number) => number;
  readonly #name: string;
  #state: LRSchedulerState;

  constructor(name: string, optimizer: Optimizer, rule: (step: number, baseLr: number) => number) {
    this.#name = name;
    this.#optimizer = optimizer;
    this.#rule = rule;
    this.#state = { step: 0, baseLrs: optimizer.groups.map(({ lr }) => lr) };
    this.#apply();
  }

  /** To be called after `optimizer.step()`. */
  step(): void {
    this.#state.step++;
    this.#apply();
  }

  /** The rate of each group. */
  get lrs(): number[] {
    return this.#optimizer.groups.map(({ lr }) => lr);
  }

  stateDict(): LRSchedulerState {
    return structuredClone(this.#state);
  }

  /** @internal Throws what `loadStateDict` would and changes nothing. */
  checkStateDict({ step, baseLrs }: LRSchedulerState): void {
    const groups = this.#optimizer.groups.length;
    if (!Number.isSafeInteger(step) || step < 0)
      throw new RangeError(`${this.#name}: expected step to be an integer ≥ 0, got ${step}`);
    if (!Array.isArray(baseLrs) || baseLrs.length !== groups || !baseLrs.every(Number.isFinite))
      throw new RangeError(
        `${this.#name}: expected ${groups} baseLrs, got ${JSON.stringify(baseLrs)}`,
      );
  }

  /** Goes on where another left off. Throws RangeError, having changed nothing, when the number of groups differs. */
  loadStateDict(state: LRSchedulerState): void {
    this.checkStateDict(state);
    this.#state = { step: state.step, baseLrs: [...state.baseLrs] };
    this.#apply();
  }

  #apply(): void {
    const { step, baseLrs } = this.#state;
    this.#optimizer.groups.forEach((group, i) => {
      group.lr = this.#rule(step, baseLrs[i]);
    });
  }
}
