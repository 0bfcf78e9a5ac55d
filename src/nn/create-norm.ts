import { checkInteger } from "../numbers.js";
import { describe, type Rules } from "../options.js";
import type { Conv2d } from "./conv.js";
import { layerOptions } from "./layer-options.js";
import type { Module } from "./module.js";
import { type MakeOptions, type NormMethod, normTable } from "./norm-table.js";

/** Options of `createNorm`: those of the layer, and the convolution in front. */
export interface CreateNormOptions extends MakeOptions {
  /** The convolution in front of the norm, for specs that change its weight. */
  conv?: Conv2d;
}

const rules: Rules<CreateNormOptions> = {
  eps: "number",
  momentum: "number",
  conv: "Object",
  runtime: "Runtime",
};

/** A parsed spec, such as "gn:8+ws". */
export interface NormSpec {
  readonly spec: string;
  readonly method: NormMethod;
  readonly argument: number | undefined;
  /** The method that changes the weight of the convolution in front. */
  readonly weights: NormMethod | undefined;
}

const namesOf = (list: readonly NormMethod[]): string[] => list.map((method) => method.name);

/** Names of the methods that can follow a convolution as a layer, in the order of the table. */
export const normNames = (): string[] => namesOf(normTable.filter((method) => method.make));

const find = (name: string | undefined) => normTable.find((method) => method.name === name);

const known = () => {
  const weights = namesOf(normTable.filter((method) => method.parametrize));
  return `known: ${normNames().join(", ")}; alone or behind them with a +: ${weights.join(", ")}`;
};

/**
 * Parses a spec. A spec is a name of the table ("gn"), a name with a number ("gn:8"), one of these with a method for
 * the weight of the convolution in front ("gn:8+ws"), or such a method alone ("ws"). `op` is the function that the
 * message names.
 * @throws RangeError, with the list of known names, for an unknown spec; TypeError for a value that is not a string
 */
export function parseNorm(spec: string, op = "parseNorm"): NormSpec {
  if (typeof spec !== "string")
    throw new TypeError(`${op}: expected a norm such as "gn:8", got ${describe(spec)}`);
  const refuse = (what: string) => {
    throw new RangeError(`${op}: ${what}`);
  };
  const [norm, behind, ...more] = spec.split("+");
  const [name, number, ...numbers] = norm.split(":");
  const alone = find(name)?.parametrize && behind === undefined;
  const method = find(alone ? "none" : name);
  if (!method) return refuse(`unknown norm "${spec}"; ${known()}`);
  if (!method.make) return refuse(`"${name}" cannot stand behind a convolution; ${known()}`);
  const weights = find(alone ? name : behind);
  if (more.length > 0 || (behind !== undefined && !weights?.parametrize))
    return refuse(
      `unknown norm "${spec}": no method for weights "${spec.slice(norm.length + 1)}"; ${known()}`,
    );
  if (number === undefined) return { spec, method, argument: undefined, weights };
  const { argument } = method;
  if (!argument || alone) return refuse(`"${name}" takes no number, got "${spec}"`);
  if (numbers.length > 0 || !/^[1-9]\d{0,8}$/.test(number))
    return refuse(
      `expected the ${argument.means} behind "${name}:", an integer ≥ 1, got "${spec}"`,
    );
  return { spec, method, argument: Number(number), weights };
}

/** The number that the layer is made with. Throws RangeError if it does not fit the channels. */
function argumentFor({ spec, method, argument }: NormSpec, channels: number, op: string): number {
  checkInteger(op, "channels", channels);
  const value = argument ?? method.argument?.usual(channels) ?? 0;
  if (method.argument?.divides && channels % value !== 0) {
    throw new RangeError(
      `${op}: "${spec}": num_channels must be divisible by num_groups, got ${channels} and ${value}`,
    );
  }
  return value;
}

/** Parses the spec unless it is parsed already. */
const specOf = (norm: string | NormSpec, op: string): NormSpec =>
  (norm as NormSpec | null | undefined)?.method
    ? (norm as NormSpec)
    : parseNorm(norm as string, op);

/**
 * Checks that the norm of a spec can have this number of channels.
 * @throws RangeError for a number that it cannot have and an unknown spec; TypeError for what is no spec
 */
export function checkNorm(norm: string | NormSpec, channels: number, op = "checkNorm"): void {
  argumentFor(specOf(norm, op), channels, op);
}

/**
 * The norm layer of a spec for [N, channels, H, W]; `parseNorm` describes specs, `normTable` has the names. A method
 * for weights is applied to `options.conv`. A call that throws changes nothing.
 * @throws RangeError for an unknown spec, channels that the norm cannot have, and a missing `conv`; TypeError for an
 *   option that the norm does not take
 */
export function createNorm(
  norm: string | NormSpec,
  channels: number,
  options: CreateNormOptions = {},
): Module {
  const { conv, ...own } = layerOptions("createNorm", options, rules);
  const spec = specOf(norm, "createNorm");
  for (const name of ["eps", "momentum"] as const)
    if (own[name] !== undefined && !spec.method.takes?.includes(name))
      throw new TypeError(`createNorm: "${spec.spec}" has no ${name}`);
  const argument = argumentFor(spec, channels, "createNorm");
  const { method, weights } = spec;
  if (weights && !conv)
    throw new RangeError(`createNorm: "${spec.spec}" needs the convolution before: { conv }`);
  if (conv) weights?.parametrize?.(conv);
  return (method.make as NonNullable<NormMethod["make"]>)(channels, own, argument);
}
