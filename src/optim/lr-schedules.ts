// The schedules, in torch's closed forms, without Math.pow and Math.cos, which differ between engines.
import { cosPi } from "./cosine.js";
import { LRScheduler } from "./lr-scheduler.js";
import type { Optimizer } from "./optimizer.js";
import { power } from "./power.js";

/** The first rate times `factor(step)`. */
export class LambdaLR extends LRScheduler {
  constructor(optimizer: Optimizer, factor: (step: number) => number) {
    super("LambdaLR", optimizer, (step, base) => base * factor(step));
  }
}

/** Times gamma after every `stepSize` steps. */
export class StepLR extends LRScheduler {
  constructor(optimizer: Optimizer, stepSize: number, { gamma = 0.1 }: { gamma?: number } = {}) {
    checkSteps("StepLR", "stepSize", stepSize);
    super("StepLR", optimizer, (step, base) => base * power(gamma, Math.floor(step / stepSize)));
  }
}

/** Times gamma at each of `milestones`. */
export class MultiStepLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    milestones: readonly number[],
    { gamma = 0.1 }: { gamma?: number } = {},
  ) {
    const passed = (step: number) => milestones.filter((milestone) => milestone <= step).length;
    super("MultiStepLR", optimizer, (step, base) => base * power(gamma, passed(step)));
  }
}

export interface LinearLROptions {
  startFactor?: number;
  endFactor?: number;
  totalIters?: number;
}

/** From startFactor to endFactor of the rate, in a straight line over `totalIters` steps: a warm-up. */
export class LinearLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    { startFactor = 1 / 3, endFactor = 1, totalIters = 5 }: LinearLROptions = {},
  ) {
    checkSteps("LinearLR", "totalIters", totalIters);
    super(
      "LinearLR",
      optimizer,
      (step, base) => base * line(startFactor, endFactor, step / totalIters),
    );
  }
}

/** Half a cosine from the rate to etaMin in `tMax` steps, and back in as many (SGDR, arXiv 1608.03983, without its restarts). */
export class CosineAnnealingLR extends LRScheduler {
  constructor(optimizer: Optimizer, tMax: number, { etaMin = 0 }: { etaMin?: number } = {}) {
    checkSteps("CosineAnnealingLR", "tMax", tMax);
    super("CosineAnnealingLR", optimizer, (step, base) => cosine(base, etaMin, step / tMax));
  }
}

export interface WarmupCosineLROptions {
  warmupSteps: number;
  /** With those of the warm-up; afterwards the rate stays at etaMin. */
  totalSteps: number;
  startFactor?: number;
  etaMin?: number;
}

/** LinearLR for `warmupSteps`, then CosineAnnealingLR to the end: what torch's SequentialLR makes of the two. */
export class WarmupCosineLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    { warmupSteps, totalSteps, startFactor = 1 / 3, etaMin = 0 }: WarmupCosineLROptions,
  ) {
    checkSteps("WarmupCosineLR", "warmupSteps", warmupSteps);
    checkSteps("WarmupCosineLR", "totalSteps", totalSteps, warmupSteps + 1);
    super("WarmupCosineLR", optimizer, (step, base) => {
      if (step < warmupSteps) return base * line(startFactor, 1, step / warmupSteps);
      return cosine(base, etaMin, Math.min(1, (step - warmupSteps) / (totalSteps - warmupSteps)));
    });
  }
}

const line = (from: number, to: number, way: number) => from + (to - from) * Math.min(1, way);

const cosine = (from: number, to: number, way: number) => to + ((from - to) * (1 + cosPi(way))) / 2;

function checkSteps(name: string, option: string, value: number, least = 1): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name}: expected ${option} to be an integer ≥ ${least}, got ${value}`);
}
