import { checkNumber } from "../numbers.js";
import { describe } from "../options.js";
import { Optimizer } from "./optimizer.js";

/**
 * Sets the learning rates of an optimiser's groups: those of step 0 when it is made, of the next one at every `step()`. Schedules of
 * one optimiser that are stepped one after the other act together, as in PyTorch: each starts from the rate it finds.
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

  /** To be called after `optimizer.step()`. */
  abstract step(): void;
  /** @internal Step 0 again: from the rates as they are or, `afresh`, from those the groups began with. */
  abstract begin(afresh: boolean): void;
  abstract stateDict(): S;
  /** @internal Throws what `loadStateDict` would and changes nothing. */
  abstract checkStateDict(state: S): void;
  /** Goes on where another left off, the rates included. Throws RangeError, having changed nothing, for the state of another schedule. */
  abstract loadStateDict(state: S): void;
}

export interface LRSchedulerState {
  /** Steps taken. */
  step: number;
  /** The rate each group began with. */
  baseLrs: number[];
  /** The rate each group has; where they are missing, the optimiser's stay. */
  lrs?: number[];
}

/** A group's rate at a step, from the one it began with and the one it has. */
export type LRRule = (step: number, baseLr: number, lr: number, group: number) => number;

/** A schedule that is a rule for the next rate; groups begin with `baseLrs`, without with what they had before their first schedule. */
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

  /** Steps taken. */
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

  /** All rates are known before one is changed: a rule may throw. */
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

/** @internal `state`, if it can be one. Throws TypeError for what is no object. */
export function stateOf<S extends object>(name: string, state: S): S {
  if (typeof state === "object" && state !== null && !Array.isArray(state)) return state;
  throw new TypeError(`${name}: expected the state that stateDict() gives, got ${describe(state)}`);
}

function checkRate(name: string, lr: number): void {
  if (typeof lr !== "number")
    throw new TypeError(`${name}: expected rates that are numbers, got ${describe(lr)}`);
  if (!Number.isFinite(lr)) throw new RangeError(`${name}: expected finite rates, got ${lr}`);
}

/** Throws RangeError unless `values` are a finite number for each group. */
export function checkEach(
  name: string,
  what: string,
  values: unknown,
  { groups }: Optimizer,
): void {
  if (Array.isArray(values) && values.length === groups.length && values.every(Number.isFinite))
    return;
  throw new RangeError(`${name}: expected ${groups.length} ${what}, got ${JSON.stringify(values)}`);
}

export function checkSteps(name: string, option: string, value: number, least = 1): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  const Kind = typeof value === "number" ? RangeError : TypeError;
  throw new Kind(`${name}: expected ${option} to be an integer ≥ ${least}, got ${describe(value)}`);
}

/** Refuses an object of options with what stands in front of them. */
export function checkPosition(name: string, argument: string, value: unknown): void {
  if (typeof value !== "object" || value === null || !(argument in value)) return;
  throw new TypeError(
    `${name}: expected ${argument} itself, in front of the options: new ${name}(optimizer, ${argument}, { … })`,
  );
}

/** Throws for what is no number from 0 to 1; 0 itself only where `zero`. */
export function checkFactor(name: string, option: string, value: number, zero = false): void {
  checkNumber(name, option, value);
  if (value <= 1 && (zero || value > 0)) return;
  const range = zero ? "from 0 to 1" : "above 0, 1 at most";
  throw new RangeError(`${name}: expected ${option} ${range}, got ${value}`);
}

/** One number for all groups, or one per group. */
export type PerGroup = number | readonly number[];

/** Throws for what is neither a number ≥ 0 nor one for each group. */
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
