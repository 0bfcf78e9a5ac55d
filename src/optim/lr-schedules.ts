// The learning-rate schedules in torch's recursive form. Their functions give the same bits in every engine.
import { checkNumber } from "../numbers.js";
import { checkOptions, type Rules } from "../options.js";
import { cosPi, power } from "../portable-math.js";
import { checkFactor, checkPosition, checkSteps, RuleLR } from "./lr-scheduler.js";
import type { Optimizer } from "./optimizer.js";

/**
 * The first rate times `factor(step)`. Changes of the rate by other schedules are lost, as in torch.
 * @throws TypeError for a factor that is no function; RangeError for a rate that is not finite
 * @source torch.optim.lr_scheduler.LambdaLR
 */
export class LambdaLR extends RuleLR {
  constructor(optimizer: Optimizer, factor: (step: number) => number) {
    checkPosition("LambdaLR", "factor", factor);
    if (typeof factor !== "function")
      throw new TypeError(`LambdaLR: expected factor to be a function, got ${typeof factor}`);
    super("LambdaLR", optimizer, (step, base) => base * factor(step));
  }
}

/** Options of `StepLR` and `MultiStepLR`. */
export interface GammaOptions {
  /** The factor on the rate; 0.1 by default. */
  gamma?: number;
}
const gammaRules = { gamma: "number" } as const;

/**
 * Multiplies the rate by gamma after every `stepSize` steps.
 * @throws RangeError for a stepSize that is no integer ≥ 1 and gamma below 0
 * @source torch.optim.lr_scheduler.StepLR
 */
export class StepLR extends RuleLR {
  constructor(optimizer: Optimizer, stepSize: number, options: GammaOptions = {}) {
    const { gamma = 0.1 } = checkOptions("StepLR", options, gammaRules);
    checkPosition("StepLR", "stepSize", stepSize);
    checkSteps("StepLR", "stepSize", stepSize);
    checkNumber("StepLR", "gamma", gamma);
    const due = (step: number) => step > 0 && step % stepSize === 0;
    super("StepLR", optimizer, (step, _, lr) => (due(step) ? lr * gamma : lr));
  }
}

/**
 * Multiplies the rate by gamma at each of `milestones`.
 * @throws RangeError for milestones that are no integers ≥ 0 and gamma below 0
 * @source torch.optim.lr_scheduler.MultiStepLR
 */
export class MultiStepLR extends RuleLR {
  constructor(optimizer: Optimizer, milestones: readonly number[], options: GammaOptions = {}) {
    const { gamma = 0.1 } = checkOptions("MultiStepLR", options, gammaRules);
    checkPosition("MultiStepLR", "milestones", milestones);
    if (!Array.isArray(milestones))
      throw new TypeError("MultiStepLR: expected milestones to be a list of steps");
    for (const milestone of milestones) checkSteps("MultiStepLR", "milestones", milestone, 0);
    checkNumber("MultiStepLR", "gamma", gamma);
    const own = [...milestones];
    const here = (step: number) => own.filter((milestone) => milestone === step).length;
    super("MultiStepLR", optimizer, (step, _, lr) => lr * power(gamma, here(step)));
  }
}

/**
 * Multiplies the rate by gamma at every step.
 * @throws RangeError for gamma below 0
 * @source torch.optim.lr_scheduler.ExponentialLR
 */
export class ExponentialLR extends RuleLR {
  constructor(optimizer: Optimizer, gamma: number) {
    checkPosition("ExponentialLR", "gamma", gamma);
    checkNumber("ExponentialLR", "gamma", gamma);
    super("ExponentialLR", optimizer, (step, _, lr) => (step === 0 ? lr : lr * gamma));
  }
}

/** Options of `ConstantLR`. */
export interface ConstantLROptions {
  /** Above 0 and at most 1; 1/3 by default. */
  factor?: number;
  /** The number of steps; 5 by default. */
  totalIters?: number;
}

/**
 * Multiplies the rate by `factor` during `totalIters` steps.
 * @throws RangeError for a factor outside (0, 1] and totalIters that are no integer ≥ 1
 * @source torch.optim.lr_scheduler.ConstantLR
 */
export class ConstantLR extends RuleLR {
  constructor(optimizer: Optimizer, options: ConstantLROptions = {}) {
    const rules = { factor: "number", totalIters: "number" } as const;
    const { factor = 1 / 3, totalIters = 5 } = checkOptions("ConstantLR", options, rules);
    checkFactor("ConstantLR", "factor", factor);
    checkSteps("ConstantLR", "totalIters", totalIters);
    super("ConstantLR", optimizer, (step, _, lr) => {
      if (step === 0) return lr * factor;
      return step === totalIters ? lr * (1 / factor) : lr;
    });
  }
}

/** Options of `LinearLR`. */
export interface LinearLROptions {
  /** Above 0 and at most 1; 1/3 by default. */
  startFactor?: number;
  /** From 0 to 1; 1 by default. */
  endFactor?: number;
  /** The number of steps of the warm-up; 5 by default. */
  totalIters?: number;
}

/**
 * A warm-up in a straight line over `totalIters` steps, from startFactor times the rate to endFactor times the rate.
 * @throws RangeError for factors out of their range and totalIters that are no integer ≥ 1
 * @source torch.optim.lr_scheduler.LinearLR
 */
export class LinearLR extends RuleLR {
  constructor(optimizer: Optimizer, options: LinearLROptions = {}) {
    const rules = { startFactor: "number", endFactor: "number", totalIters: "number" } as const;
    checkOptions("LinearLR", options, rules);
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
    checkFactor("LinearLR", "startFactor", startFactor);
    checkFactor("LinearLR", "endFactor", endFactor, true);
    checkSteps("LinearLR", "totalIters", totalIters);
    const rise = endFactor - startFactor;
    super("LinearLR", optimizer, (step, _, lr) => {
      if (step === 0) return lr * startFactor;
      if (step > totalIters) return lr;
      return lr * (1 + rise / (totalIters * startFactor + (step - 1) * rise));
    });
  }
}

/**
 * Half a cosine from the rate to etaMin (0 by default) in `tMax` steps, and back in `tMax` steps, without restarts.
 * @throws RangeError for tMax that is no integer ≥ 1 and etaMin below 0
 * @source Loshchilov, Hutter 2016, SGDR, arXiv 1608.03983; torch.optim.lr_scheduler.CosineAnnealingLR
 */
export class CosineAnnealingLR extends RuleLR {
  constructor(optimizer: Optimizer, tMax: number, options: { etaMin?: number } = {}) {
    const { etaMin = 0 } = checkOptions("CosineAnnealingLR", options, { etaMin: "number" });
    checkPosition("CosineAnnealingLR", "tMax", tMax);
    checkSteps("CosineAnnealingLR", "tMax", tMax);
    checkNumber("CosineAnnealingLR", "etaMin", etaMin);
    const height = (step: number) => 1 + cosPi(step / tMax);
    super("CosineAnnealingLR", optimizer, (step, base, lr) => {
      if (step === 0) return lr;
      // after the lowest point the ratio of the two heights would be a division by 0
      if ((step - 1 - tMax) % (2 * tMax) === 0)
        return lr + ((base - etaMin) * (1 - cosPi(1 / tMax))) / 2;
      return (height(step) / height(step - 1)) * (lr - etaMin) + etaMin;
    });
  }
}

/** Options of `WarmupCosineLR`. */
export interface WarmupCosineLROptions {
  /** The number of steps in which the rate rises. */
  warmupSteps: number;
  /** The steps of the warm-up are counted too. After these steps the rate stays at etaMin. */
  totalSteps: number;
  /** The first rate is the optimiser's rate times this; 1/3 by default. */
  startFactor?: number;
  /** The last rate; 0 by default. */
  etaMin?: number;
}

const warmupRules: Rules<WarmupCosineLROptions> = {
  warmupSteps: "number",
  totalSteps: "number",
  startFactor: "number",
  etaMin: "number",
};

/**
 * LinearLR for `warmupSteps`, then CosineAnnealingLR to the end: the result of SequentialLR with these two, for any
 * current rate.
 * @throws RangeError for steps that are no integers ≥ 1, totalSteps not above warmupSteps, and a startFactor outside
 *   (0, 1]
 */
export class WarmupCosineLR extends RuleLR {
  constructor(optimizer: Optimizer, options: WarmupCosineLROptions) {
    checkOptions("WarmupCosineLR", options, warmupRules);
    const { warmupSteps, totalSteps, startFactor = 1 / 3, etaMin = 0 } = options;
    checkSteps("WarmupCosineLR", "warmupSteps", warmupSteps);
    checkSteps("WarmupCosineLR", "totalSteps", totalSteps, warmupSteps + 1);
    checkFactor("WarmupCosineLR", "startFactor", startFactor);
    checkNumber("WarmupCosineLR", "etaMin", etaMin);
    super("WarmupCosineLR", optimizer, (step, base) => {
      if (step < warmupSteps)
        return base * (startFactor + ((1 - startFactor) * step) / warmupSteps);
      const way = Math.min(1, (step - warmupSteps) / (totalSteps - warmupSteps));
      return etaMin + ((base - etaMin) * (1 + cosPi(way))) / 2;
    });
  }
}
