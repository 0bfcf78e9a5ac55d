import { checkOptions, describe, type Rule, type Rules } from "../options.js";
import type { ExperimentOptions } from "./stage.js";

/** null is the default of numbers that the experiment finds itself. */
const ruleFor = (value: unknown): Rule =>
  value === null ? "number|null" : Array.isArray(value) ? "Array" : (typeof value as Rule);

const optionRules: Rules<ExperimentOptions> = { runtime: "Runtime", signal: "Object" };

/**
 * All settings of an experiment: the given ones, and the defaults of the others. undefined means "not given". Throws
 * TypeError for a setting or an option that the experiment does not have, and for one of another type.
 */
export function settingsOf<C extends object, O extends ExperimentOptions = ExperimentOptions>(
  experiment: string,
  defaults: C,
  settings: Partial<C>,
  options: O,
  rules = optionRules as unknown as Rules<O>,
): C {
  checkOptions(experiment, options, rules);
  const known = Object.entries(defaults).map(([name, value]) => [name, ruleFor(value)]);
  checkOptions(experiment, settings, Object.fromEntries(known) as Rules<Partial<C>>);
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  for (const [name, value] of given)
    if (Array.isArray(defaults[name as keyof C]) && !Array.isArray(value))
      throw new TypeError(`${experiment}: expected ${name} to be a list, got ${describe(value)}`);
  return { ...defaults, ...Object.fromEntries(given) };
}
