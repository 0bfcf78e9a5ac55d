import { checkNumber } from "../numbers.js";
import { describe } from "../options.js";
import { Optimizer } from "./optimizer.js";

/**
 * Sets the learning rates of an optimiser's groups: the rates of step 0 when the schedule is made, the next ones at
 * every `step()`. Several schedules of one optimiser, stepped one after the other, act together as in PyTorch: each
 * starts from the rate it finds.
 */
export abstract class LRScheduler<S extends object = object> {
  /** @internal */
  readonly optimizer: Optimizer;
  protected readonly name: string;

  constructor(name: string, optimizer: Optimizer) {
    checkOptimizer(name, optimizer);
    this.name = name;
    this.optimizer = optimizer;
  }

  /** The rate of each group. */
  get lrs(): number[] {
    return this.optimizer.groups.map(({ lr }) => lr);
  }

  /** Must be called after `optimizer.step()`. */
  abstract step(): void;
  /**
   * @internal Starts at step 0 again: from the present rates or, with `afresh`, from the rates the groups began with.
   */
  abstract begin(afresh: boolean): void;
  /** The steps taken and the rates, as JSON for `loadStateDict`. */
  abstract stateDict(): S;
  /** @internal Throws what `loadStateDict` would throw, and changes nothing. */
  abstract checkStateDict(state: S): void;
  /**
   * Continues from the saved state, the rates included.
   * @throws RangeError for the state of another schedule; nothing is changed then
   */
  abstract loadStateDict(state: S): void;
}

/** The state of a schedule, as JSON. */
export interface LRSchedulerState {
  /** Steps taken so far. */
  step: number;
  /** The rate each group began with. */
  baseLrs: number[];
  /** The rate each group has. If this is missing, the rates of the optimiser stay. */
  lrs?: number[];
}

/** The rate of a group at a step, made from the rate it began with and the rate it has. */
export type LRRule = (step: number, baseLr: number, lr: number, group: number) => number;

/**
 * A schedule given by a rule for the next rate. Groups begin with `baseLrs`; without it, with their rate before the
 * first schedule.
 */
export abstract class RuleLR<S extends LRSchedulerState = LRSchedulerState> extends LRScheduler<S> {
  readonly #rule: LRRule;
  #step = 0;
  #baseLrs: number[];

  constructor(name: string, optimizer: Optimizer, rule: LRRule, baseLrs?: readonly number[]) {
    super(name, optimizer);
    this.#rule = rule;
    this.#baseLrs = optimizer.groups.map(({ initialLr, lr }, i) => baseLrs?.[i] ?? initialLr ?? lr);
    this.#move(0, this.lrs);
    optimizer.groups.forEach((group, i) => {
      group.initialLr = this.#baseLrs[i];
    });
  }

  /** Steps taken so far. */
  protected get taken(): number {
    return this.#step;
  }

  override step(): void {
    this.#move(this.#step + 1, this.lrs);
  }

  override begin(afresh: boolean): void {
    this.#move(0, afresh ? this.#baseLrs : this.lrs);
  }

  override stateDict(): S {
    return { step: this.#step, baseLrs: [...this.#baseLrs], lrs: this.lrs } as S;
  }

  override checkStateDict(state: S): void {
    const { step, baseLrs, lrs } = stateOf(this.name, state);
    checkSteps(this.name, "step", step, 0);
    checkEach(this.name, "baseLrs", baseLrs, this.optimizer);
    if (lrs !== undefined) checkEach(this.name, "lrs", lrs, this.optimizer);
  }

  override loadStateDict(state: S): void {
    this.checkStateDict(state);
    this.#step = state.step;
    this.#baseLrs = [...state.baseLrs];
    this.#set(state.lrs ?? this.lrs);
  }

  /** All rates are computed before one is changed: a rule may throw. */
  #move(step: number, lrs: readonly number[]): void {
    const next = lrs.map((lr, i) => this.#rule(step, this.#baseLrs[i], lr, i));
    for (const lr of next) checkRate(this.name, lr);
    this.#step = step;
    this.#set(next);
  }

  #set(lrs: readonly number[]): void {
    this.optimizer.groups.forEach((group, i) => {
      group.lr = lrs[i];
    });
  }
}

/** @internal Gives `state` back if it can be a state. Throws TypeError for a value that is no object. */
export function stateOf<S extends object>(name: string, state: S): S {
  if (typeof state === "object" && state !== null && !Array.isArray(state)) return state;
  throw new TypeError(`${name}: expected the state that stateDict() gives, got ${describe(state)}`);
}

function checkRate(name: string, lr: number): void {
  if (typeof lr !== "number")
    throw new TypeError(`${name}: expected rates that are numbers, got ${describe(lr)}`);
  if (!Number.isFinite(lr)) throw new RangeError(`${name}: expected finite rates, got ${lr}`);
}

/** Throws RangeError unless `values` has one finite number for each group. */
export function checkEach(
  name: string,
  what: string,
  values: unknown,
  { groups }: Optimizer,
): void {
  if (Array.isArray(values) && values.length === groups.length && values.every(Number.isFinite))
    return;
  const got = Array.isArray(values) ? `[${values.map(describe)}]` : describe(values);
  throw new RangeError(`${name}: expected ${groups.length} ${what}, got ${got}`);
}

export function checkSteps(name: string, option: string, value: number, least = 1): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  const Kind = typeof value === "number" ? RangeError : TypeError;
  throw new Kind(`${name}: expected ${option} to be an integer ≥ ${least}, got ${describe(value)}`);
}

/** Refuses an object of options in the place of an earlier argument. */
export function checkPosition(name: string, argument: string, value: unknown): void {
  if (typeof value !== "object" || value === null || !(argument in value)) return;
  throw new TypeError(
    `${name}: expected ${argument} itself, in front of the options: new ${name}(optimizer, ${argument}, { … })`,
  );
}

/** Throws unless the value is a number from 0 to 1. 0 is allowed only with `zero`. */
export function checkFactor(name: string, option: string, value: number, zero = false): void {
  checkNumber(name, option, value);
  if (value <= 1 && (zero || value > 0)) return;
  const range = zero ? "from 0 to 1" : "above 0, 1 at most";
  throw new RangeError(`${name}: expected ${option} ${range}, got ${value}`);
}

/** One number for all groups, or one number for each group. */
export type PerGroup = number | readonly number[];

/** Throws unless the value is a number ≥ 0, or one such number for each group. */
export function perGroup(
  name: string,
  option: string,
  value: PerGroup,
  { groups }: Optimizer,
): readonly number[] {
  const list = Array.isArray(value) ? [...value] : groups.map(() => value as number);
  if (list.length !== groups.length)
    throw new RangeError(`${name}: expected ${groups.length} ${option}, got ${list.length}`);
  for (const each of list) checkNumber(name, option, each);
  return list;
}

export function checkOptimizer(name: string, optimizer: Optimizer): void {
  if (!(optimizer instanceof Optimizer))
    throw new TypeError(`${name}: expected an optimizer, got ${describe(optimizer)}`);
}
