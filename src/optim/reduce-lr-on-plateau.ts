import { checkNumber } from "../numbers.js";
import { checkOptions, type Rules } from "../options.js";
import {
  checkEach,
  checkOptimizer,
  checkSteps,
  type PerGroup,
  perGroup,
  stateOf,
} from "./lr-scheduler.js";
import type { Optimizer } from "./optimizer.js";

/** Options of `ReduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions {
  /** Whether less ("min", the default) or more is better. */
  mode?: "min" | "max";
  /** The factor on the rate, below 1; 0.1 by default. */
  factor?: number;
  /** The number of steps in a row that may bring no improvement; 10 by default. */
  patience?: number;
  /** An improvement of this size or less does not count; 1e-4 by default. */
  threshold?: number;
  /** Whether the threshold is relative to the best value ("rel", the default) or absolute. */
  thresholdMode?: "rel" | "abs";
  /** The number of steps after a reduction that do not count; 0 by default. */
  cooldown?: number;
  /** The least rate; 0 by default. */
  minLr?: PerGroup;
  /** A change of the rate by this much or less is not made; 1e-8 by default. */
  eps?: number;
}

const rules: Rules<ReduceLROnPlateauOptions> = {
  mode: ["min", "max"],
  factor: "number",
  patience: "number",
  threshold: "number",
  thresholdMode: ["rel", "abs"],
  cooldown: "number",
  minLr: "Array|number",
  eps: "number",
};

/** The state of `ReduceLROnPlateau`, as JSON. */
export interface ReduceLROnPlateauState {
  /** Steps taken so far. */
  step: number;
  /** JSON has no infinity, and infinity is the first value. */
  best: number | "Infinity" | "-Infinity";
  /** Steps in a row without an improvement. */
  badSteps: number;
  /** Steps that do not count yet. */
  cooldownLeft: number;
  /** The rate each group has. */
  lrs: number[];
}

const COUNTS = ["step", "badSteps", "cooldownLeft"] as const;

/**
 * Multiplies the rate by `factor` if a measure, such as a loss, does not improve for more than `patience` steps.
 * @throws RangeError for options out of their range
 * @source torch.optim.lr_scheduler.ReduceLROnPlateau
 */
export class ReduceLROnPlateau {
  readonly #optimizer: Optimizer;
  readonly #options: Required<Omit<ReduceLROnPlateauOptions, "minLr">>;
  readonly #minLrs: readonly number[];
  #step = 0;
  #best: number;
  #badSteps = 0;
  #cooldownLeft = 0;

  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    const name = "ReduceLROnPlateau";
    checkOptions(name, options, rules);
    const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4 } = options;
    const { thresholdMode = "rel", cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    checkOptimizer(name, optimizer);
    checkNumber(name, "factor", factor);
    if (factor >= 1) throw new RangeError(`${name}: expected factor below 1, got ${factor}`);
    checkSteps(name, "patience", patience, 0);
    checkNumber(name, "threshold", threshold);
    checkSteps(name, "cooldown", cooldown, 0);
    checkNumber(name, "eps", eps);
    this.#optimizer = optimizer;
    this.#options = { mode, factor, patience, threshold, thresholdMode, cooldown, eps };
    this.#minLrs = perGroup(name, "minLr", minLr, optimizer);
    this.#best = mode === "min" ? Infinity : -Infinity;
  }

  /** The rate of each group. */
  get lrs(): number[] {
    return this.#optimizer.groups.map(({ lr }) => lr);
  }

  /**
   * Must be called with the measure after each validation. NaN is never an improvement.
   * @throws TypeError for a measure that is no number
   */
  step(measure: number): void {
    if (typeof measure !== "number")
      throw new TypeError(
        `ReduceLROnPlateau: expected step to get a number, got ${measure === null ? "null" : typeof measure}`,
      );
    const { factor, patience, cooldown, eps } = this.#options;
    this.#step++;
    if (this.#better(measure)) {
      this.#best = measure;
      this.#badSteps = 0;
    } else this.#badSteps++;
    if (this.#cooldownLeft > 0) {
      this.#cooldownLeft--;
      this.#badSteps = 0;
    }
    if (this.#badSteps <= patience) return;
    this.#optimizer.groups.forEach((group, i) => {
      const lr = Math.max(group.lr * factor, this.#minLrs[i]);
      if (group.lr - lr > eps) group.lr = lr;
    });
    this.#cooldownLeft = cooldown;
    this.#badSteps = 0;
  }

  #better(measure: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const sign = mode === "min" ? -1 : 1;
    const best = this.#best;
    const bar = thresholdMode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
    return sign * measure > sign * bar;
  }

  /** The steps taken, the best value and the rates, as JSON for `loadStateDict`. */
  stateDict(): ReduceLROnPlateauState {
    const best = Number.isFinite(this.#best) ? this.#best : `${this.#best}`;
    return {
      step: this.#step,
      best: best as ReduceLROnPlateauState["best"],
      badSteps: this.#badSteps,
      cooldownLeft: this.#cooldownLeft,
      lrs: this.lrs,
    };
  }

  /** @internal Throws what `loadStateDict` would throw, and changes nothing. */
  checkStateDict(state: ReduceLROnPlateauState): void {
    stateOf("ReduceLROnPlateau", state);
    for (const count of COUNTS) checkSteps("ReduceLROnPlateau", count, state[count], 0);
    const { best, lrs } = state;
    checkEach("ReduceLROnPlateau", "lrs", lrs, this.#optimizer);
    if (!Number.isFinite(best) && best !== "Infinity" && best !== "-Infinity")
      throw new RangeError(`ReduceLROnPlateau: expected best to be a number, got ${best}`);
  }

  /**
   * Continues from the saved state.
   * @throws RangeError for any other object; nothing is changed then
   */
  loadStateDict(state: ReduceLROnPlateauState): void {
    this.checkStateDict(state);
    this.#step = state.step;
    this.#best = Number(state.best);
    this.#badSteps = state.badSteps;
    this.#cooldownLeft = state.cooldownLeft;
    this.#optimizer.groups.forEach((group, i) => {
      group.lr = state.lrs[i];
    });
  }
}
