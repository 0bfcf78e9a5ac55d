// Schedules made of other schedules.
import { checkSteps, LRScheduler, stateOf } from "./lr-scheduler.js";
import type { Optimizer } from "./optimizer.js";

/** The state of `SequentialLR`, as JSON. */
export interface SequentialLRState {
  /** Steps taken so far. */
  step: number;
  /** The state of each schedule, in their order. */
  schedulers: object[];
}

/**
 * One schedule after the other. At each of `milestones` the next schedule starts from its step 0 and from the rates the
 * groups began with.
 * @throws RangeError for schedules of another optimiser, and for milestones that are not ascending or not one fewer
 *   than the schedules
 * @source torch.optim.lr_scheduler.SequentialLR
 */
export class SequentialLR extends LRScheduler<SequentialLRState> {
  readonly #schedulers: readonly LRScheduler[];
  readonly #milestones: readonly number[];
  #step = 0;

  constructor(
    optimizer: Optimizer,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
  ) {
    super("SequentialLR", optimizer);
    checkSchedulers("SequentialLR", schedulers, optimizer);
    if (!Array.isArray(milestones))
      throw new TypeError("SequentialLR: expected milestones to be a list of steps");
    if (milestones.length !== schedulers.length - 1)
      throw new RangeError(
        `SequentialLR: expected ${schedulers.length - 1} milestones, got ${milestones.length}`,
      );
    milestones.forEach((milestone, i) => {
      checkSteps("SequentialLR", "milestones", milestone, milestones[i - 1] ?? 1);
    });
    this.#schedulers = [...schedulers];
    this.#milestones = [...milestones];
    for (const group of optimizer.groups) group.lr = group.initialLr ?? group.lr;
    this.begin(false);
  }

  override step(): void {
    const step = this.#step + 1;
    const passed = this.#milestones.filter((milestone) => milestone <= step);
    const scheduler = this.#schedulers[passed.length];
    if (passed.at(-1) === step) scheduler.begin(true);
    else scheduler.step();
    this.#step = step;
  }

  override begin(afresh: boolean): void {
    this.#schedulers[0].begin(afresh);
    this.#step = 0;
  }

  override stateDict(): SequentialLRState {
    return { step: this.#step, schedulers: this.#schedulers.map((own) => own.stateDict()) };
  }

  override checkStateDict(state: SequentialLRState): void {
    const { step, schedulers } = stateOf("SequentialLR", state);
    checkSteps("SequentialLR", "step", step, 0);
    checkStates("SequentialLR", this.#schedulers, schedulers);
  }

  override loadStateDict(state: SequentialLRState): void {
    this.checkStateDict(state);
    this.#schedulers.forEach((own, i) => {
      own.loadStateDict(state.schedulers[i]);
    });
    this.#step = state.step;
  }
}

/** The state of `ChainedScheduler`, as JSON. */
export interface ChainedSchedulerState {
  /** The state of each schedule, in their order. */
  schedulers: object[];
}

/**
 * Every schedule acts at every step, on the rate the one before it left.
 * @throws RangeError for schedules of more than one optimiser, and for none
 * @source torch.optim.lr_scheduler.ChainedScheduler
 */
export class ChainedScheduler extends LRScheduler<ChainedSchedulerState> {
  readonly #schedulers: readonly LRScheduler[];

  constructor(schedulers: readonly LRScheduler[]) {
    checkSchedulers("ChainedScheduler", schedulers, schedulers?.[0]?.optimizer);
    super("ChainedScheduler", schedulers[0].optimizer);
    this.#schedulers = [...schedulers];
  }

  /** If one schedule refuses the step, none has taken it. */
  override step(): void {
    const before = this.stateDict();
    try {
      for (const scheduler of this.#schedulers) scheduler.step();
    } catch (error) {
      this.loadStateDict(before);
      throw error;
    }
  }

  override begin(afresh: boolean): void {
    this.#schedulers.forEach((scheduler, i) => {
      scheduler.begin(afresh && i === 0);
    });
  }

  override stateDict(): ChainedSchedulerState {
    return { schedulers: this.#schedulers.map((own) => own.stateDict()) };
  }

  override checkStateDict(state: ChainedSchedulerState): void {
    const { schedulers } = stateOf("ChainedScheduler", state);
    checkStates("ChainedScheduler", this.#schedulers, schedulers);
  }

  override loadStateDict(state: ChainedSchedulerState): void {
    this.checkStateDict(state);
    this.#schedulers.forEach((own, i) => {
      own.loadStateDict(state.schedulers[i]);
    });
  }
}

function checkSchedulers(
  name: string,
  schedulers: readonly LRScheduler[],
  optimizer: Optimizer,
): void {
  if (!Array.isArray(schedulers) || !schedulers.every((own) => own instanceof LRScheduler))
    throw new TypeError(`${name}: expected a list of schedules that step without a measure`);
  if (schedulers.length === 0) throw new RangeError(`${name}: expected at least one schedule`);
  if (schedulers.some((own) => own.optimizer !== optimizer))
    throw new RangeError(`${name}: expected schedules of the same optimizer`);
}

function checkStates(name: string, own: readonly LRScheduler[], states: object[]): void {
  if (!Array.isArray(states) || states.length !== own.length)
    throw new RangeError(
      `${name}: expected the states of ${own.length} schedules, got ${states?.length}`,
    );
  own.forEach((scheduler, i) => {
    scheduler.checkStateDict(states[i]);
  });
}
