import { checkNumber } from "../numbers.js";
import { checkOptions, type Rules } from "../options.js";
import { cosPi } from "../portable-math.js";
import type { AdamGroupOptions } from "./adam.js";
import type { ParamGroup } from "./groups.js";
import {
  checkEach,
  checkFactor,
  checkOptimizer,
  checkPosition,
  checkSteps,
  type LRSchedulerState,
  type PerGroup,
  perGroup,
  RuleLR,
} from "./lr-scheduler.js";
import type { Optimizer } from "./optimizer.js";
import type { SGDGroupOptions } from "./sgd.js";

/** Options of `OneCycleLR`. */
export interface OneCycleLROptions {
  /** The steps of the cycle. Or give `epochs` and `stepsPerEpoch`: their product is the number of steps. */
  totalSteps?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  /** The share of the steps in which the rate rises; 0.3 by default. */
  pctStart?: number;
  /** The curve of rise and fall: half a cosine, the default, or a straight line. */
  annealStrategy?: "cos" | "linear";
  /** Whether momentum (Adam's first beta) falls while the rate rises; true by default. */
  cycleMomentum?: boolean;
  /** The least momentum; 0.85 by default. */
  baseMomentum?: PerGroup;
  /** The greatest momentum; 0.95 by default. */
  maxMomentum?: PerGroup;
  /** The first rate is maxLr / divFactor; 25 by default. */
  divFactor?: number;
  /** The last rate is the first rate / finalDivFactor; 1e4 by default. */
  finalDivFactor?: number;
  /** Fall to the first rate in as many steps as the rise took, and then further; false by default. */
  threePhase?: boolean;
}

const rules: Rules<OneCycleLROptions> = {
  totalSteps: "number",
  epochs: "number",
  stepsPerEpoch: "number",
  pctStart: "number",
  annealStrategy: ["cos", "linear"],
  cycleMomentum: "boolean",
  baseMomentum: "Array|number",
  maxMomentum: "Array|number",
  divFactor: "number",
  finalDivFactor: "number",
  threePhase: "boolean",
};

/** The state of `OneCycleLR`, as JSON. */
export interface OneCycleLRState extends LRSchedulerState {
  /** The momentum, or first beta, of each group, if it is cycled. */
  momenta?: number[];
}

type Group = ParamGroup & Partial<AdamGroupOptions & SGDGroupOptions>;

/**
 * The rate rises to `maxLr` and falls almost to 0. The optimiser's own rate is not used.
 * @throws RangeError for a step after the last one, options out of their range, and a momentum to cycle that the
 *   optimiser does not have; TypeError without a number of steps
 * @source Smith, Topin 2017, arXiv 1708.07120; torch.optim.lr_scheduler.OneCycleLR
 */
export class OneCycleLR extends RuleLR<OneCycleLRState> {
  /** The momentum of each group as a function of the step; null if momentum stays. */
  readonly #momenta: readonly Curve[] | null;

  constructor(optimizer: Optimizer, maxLr: PerGroup, options: OneCycleLROptions = {}) {
    checkOptions("OneCycleLR", options, rules);
    const { divFactor = 25, finalDivFactor = 1e4, cycleMomentum = true } = options;
    const { baseMomentum = 0.85, maxMomentum = 0.95 } = options;
    const [curve, threePhase] = curveOf(options);
    checkPositive("divFactor", divFactor);
    checkPositive("finalDivFactor", finalDivFactor);
    checkOptimizer("OneCycleLR", optimizer);
    checkPosition("OneCycleLR", "maxLr", maxLr);
    const highs = perGroup("OneCycleLR", "maxLr", maxLr, optimizer);
    const bases = highs.map((high) => high / divFactor);
    const rates = highs.map((high, i) => {
      const last = bases[i] / finalDivFactor;
      return curve(threePhase ? [bases[i], high, bases[i], last] : [bases[i], high, last]);
    });
    const slow = perGroup("OneCycleLR", "baseMomentum", baseMomentum, optimizer);
    const fast = perGroup("OneCycleLR", "maxMomentum", maxMomentum, optimizer).map((most, i) =>
      curve(threePhase ? [most, slow[i], most, most] : [most, slow[i], most]),
    );
    if (cycleMomentum) checkMomenta(optimizer.groups, [baseMomentum, maxMomentum].flat());
    super("OneCycleLR", optimizer, (step, _base, _lr, group) => rates[group](step), bases);
    this.#momenta = cycleMomentum ? fast : null;
    this.#cycle();
  }

  override step(): void {
    super.step();
    this.#cycle();
  }

  /** @internal */
  override begin(afresh: boolean): void {
    super.begin(afresh);
    this.#cycle();
  }

  override stateDict(): OneCycleLRState {
    const momenta = this.#momenta ? { momenta: this.#groups.map(momentumOf) } : {};
    return { ...super.stateDict(), ...momenta };
  }

  /** @internal */
  override checkStateDict(state: OneCycleLRState): void {
    super.checkStateDict(state);
    if (!this.#momenta) return;
    checkEach(this.name, "momenta", state.momenta, this.optimizer);
    checkMomenta(this.#groups, state.momenta as number[]);
  }

  override loadStateDict(state: OneCycleLRState): void {
    super.loadStateDict(state);
    if (this.#momenta) this.#setMomenta(state.momenta as number[]);
  }

  get #groups(): readonly Group[] {
    return this.optimizer.groups;
  }

  #cycle(): void {
    if (this.#momenta) this.#setMomenta(this.#momenta.map((momentum) => momentum(this.taken)));
  }

  #setMomenta(momenta: readonly number[]): void {
    this.#groups.forEach((group, i) => {
      if (group.betas) group.betas = [momenta[i], group.betas[1]];
      else group.momentum = momenta[i];
    });
  }
}

type Curve = (step: number) => number;

/**
 * Gives a function that makes a curve over the steps from its values at the ends of the phases, and whether there are
 * three phases.
 */
function curveOf(
  options: OneCycleLROptions,
): [curve: (points: readonly number[]) => Curve, threePhase: boolean] {
  const { pctStart = 0.3, annealStrategy = "cos", threePhase = false } = options;
  const total = totalOf(options);
  checkFactor("OneCycleLR", "pctStart", pctStart, true);
  const down = threePhase ? [2 * pctStart * total - 2] : [];
  const ends = [pctStart * total - 1, ...down, total - 1];
  const curve = (points: readonly number[]) => (step: number) => {
    if (step > total)
      throw new RangeError(`OneCycleLR: expected ${total} steps at most, got step ${step}`);
    const reached = ends.findIndex((end) => step <= end);
    const phase = reached < 0 ? ends.length - 1 : reached;
    const begin = phase === 0 ? 0 : ends[phase - 1];
    const length = ends[phase] - begin;
    const way = length === 0 ? 1 : (step - begin) / length; // a phase without steps is at its end
    const [from, to] = [points[phase], points[phase + 1]];
    if (annealStrategy === "linear") return (to - from) * way + from;
    return to + ((from - to) / 2) * (cosPi(way) + 1);
  };
  return [curve, threePhase];
}

function totalOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (totalSteps !== undefined) {
    checkSteps("OneCycleLR", "totalSteps", totalSteps);
    return totalSteps;
  }
  if (epochs === undefined || stepsPerEpoch === undefined)
    throw new TypeError("OneCycleLR: expected totalSteps, or epochs and stepsPerEpoch");
  checkSteps("OneCycleLR", "epochs", epochs);
  checkSteps("OneCycleLR", "stepsPerEpoch", stepsPerEpoch);
  return epochs * stepsPerEpoch;
}

function checkPositive(option: string, value: number): void {
  checkNumber("OneCycleLR", option, value);
  if (value === 0) throw new RangeError(`OneCycleLR: expected ${option} above 0, got 0`);
}

/** Throws unless every group has momentum or betas. With betas, the momenta must be below 1. */
function checkMomenta(groups: readonly Group[], momenta: readonly number[]): void {
  if (groups.some((group) => momentumOf(group) === undefined))
    throw new RangeError(
      "OneCycleLR: expected an optimizer with momentum or betas, or cycleMomentum: false",
    );
  for (const momentum of momenta) checkNumber("OneCycleLR", "momentum", momentum);
  const high = momenta.find((momentum) => momentum >= 1);
  if (high !== undefined && groups.some(({ betas }) => betas))
    throw new RangeError(`OneCycleLR: expected betas from 0 to below 1, got ${high}`);
}

const momentumOf = ({ betas, momentum }: Group): number => (betas ? betas[0] : momentum) as number;
