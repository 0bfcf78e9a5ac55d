import { InvalidArgumentError, Option } from "commander";
import { normNames, normTable, parseNorm } from "../nn/index.js";
import type { Texts } from "./text/en/index.js";

// Parsers of option values. Their errors are printed after the name of the flag.

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `${least} to ${most}`;
    throw new InvalidArgumentError(`Expected an integer ${range}.`);
  };
}

export function positive(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new InvalidArgumentError("Expected a number above 0.");
}

/** Accepts one of a few numbers. */
export const oneOf =
  (...known: number[]) =>
  (text: string): number => {
    if (known.map(String).includes(text)) return Number(text);
    throw new InvalidArgumentError(`Expected one of ${known.join(", ")}.`);
  };

/** The possible parts of specs, for --help. */
export function knownNorms({ compare }: Texts): string {
  const weights = normTable.filter(({ parametrize }) => parametrize).map(({ name }) => name);
  return compare.flags.known(normNames().join(", "), weights.join(", "));
}

/**
 * Specs of norms with commas between them, each only once. "all" means every norm that can stand behind a convolution.
 */
export function norms(text: string): string[] {
  if (text.trim() === "all") return normNames();
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    try {
      parseNorm(name);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message.replace(/^parseNorm: /, ""));
    }
  }
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new InvalidArgumentError(`"${twice}" is there twice.`);
  return names;
}

export const threads = (text: string): number | "auto" =>
  text === "auto" ? text : integer(1, 64)(text);

/** A flag whose value is parsed. */
export const option = <T>(
  flags: string,
  description: string,
  parse: (text: string) => T,
  standard?: T,
): Option => {
  const made = new Option(flags, description).argParser(parse);
  return standard === undefined ? made : made.default(standard);
};

export const seed = ({ common }: Texts, standard: number): Option =>
  option("--seed <n>", common.flags.seed, integer(0), standard);

/** The flag has two names: the common one of all commands, and the shorter one that users try first. */
export const batchSize = (about: string, least: number, standard?: number): Option =>
  option("--batch, --batch-size <n>", about, integer(least), standard);

/** Accepts some of `known`, with commas between them. */
export const list =
  <T extends string>(known: readonly T[]) =>
  (text: string): T[] => {
    const names = [...new Set(text.split(",").map((name) => name.trim()))];
    const unknown = names.find((name) => !known.includes(name as T));
    if (unknown === undefined) return names as T[];
    throw new InvalidArgumentError(`There is no "${unknown}". Known: ${known.join(", ")}.`);
  };
