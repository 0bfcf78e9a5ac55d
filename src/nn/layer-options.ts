import { checkFinite, checkInteger, checkNumber, checkProbability } from "../numbers.js";
import { checkOptions, type Rules } from "../options.js";

type Check = (layer: string, option: string, value: number) => void;

function within(layer: string, option: string, range: string, value: number, holds: boolean): void {
  if (!holds) throw new RangeError(`${layer}: expected ${option} ${range}, got ${value}`);
}

/** The range of each numeric option, by its name in all layers. Calls in the table would put it into every bundle. */
const numbers: Record<string, Check> = {
  eps: checkNumber,
  momentum: checkNumber,
  alphaForward: checkNumber,
  alphaBackward: checkNumber,
  groups: checkInteger,
  virtualBatchSize: checkInteger,
  divisorOverride: checkInteger,
  nPowerIterations: checkInteger,
  iterations: (layer, option, value) => checkInteger(layer, option, value, 0),
  warmUpIterations: (layer, option, value) => within(layer, option, "≥ 0", value, value >= 0),
  rMax: (layer, option, value) => within(layer, option, "≥ 1", value, value >= 1),
  dMax: (layer, option, value) => within(layer, option, "≥ 0", value, value >= 0),
  p: (layer, option, value) => within(layer, option, "> 0", value, value > 0),
  partial: (layer, option, value) =>
    within(layer, option, "in (0, 1]", value, value > 0 && value <= 1),
  hidden: checkInteger,
  kernelSize: checkInteger,
  dropout: (layer, _, value) => checkProbability(layer, value),
  initValues: checkFinite,
  gainInit: checkFinite,
  gamma: checkNumber,
};

/**
 * Checks the options of a layer. It refuses what the operation would refuse later, so that a layer, once made, works.
 */
export function layerOptions<O extends object>(layer: string, options: O, rules: Rules<O>): O {
  checkOptions(layer, options, rules);
  for (const [option, value] of Object.entries(options))
    if (typeof value === "number") numbers[option]?.(layer, option, value);
  return options;
}

/** Throws RangeError if the groups do not divide the channels. */
export function checkGroups(layer: string, groups: number, channels: number): void {
  checkInteger(layer, "groups", groups);
  if (channels % groups !== 0) {
    throw new RangeError(
      `${layer}: expected groups to divide the channels, got ${groups} and ${channels}`,
    );
  }
}
