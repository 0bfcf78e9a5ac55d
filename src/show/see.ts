// The arithmetic of one output of a norm, as text.
import { methodDescriptions } from "../experiments/methods/descriptions.js";
import { momentsOf } from "../experiments/moments.js";
import type { Sight } from "../experiments/see.js";
import { setIndex } from "../experiments/sets.js";

/** Four digits, without zeros at the end. */
export const digits = (value: number): string => String(Number(value.toPrecision(4)));

/** The formula of the method, as its description has it. */
export function formulaOf({ norm }: Sight): string {
  const rows = methodDescriptions.flatMap(({ methods }) => methods);
  return rows.find(({ name }) => name === norm.split(":")[0])?.formula ?? "";
}

/** The place of sample n, channel c, position p in the lists of a sight. */
export const placeIn = ({ shape: [, c, h, w] }: Sight, [n, k, p]: readonly number[]): number =>
  (n * c + k) * h * w + p;

/** The words of one language beside the numbers. */
export interface ArithmeticWords {
  by(x: string, y: string, formula: string): string;
  meanSquare: string;
  of(count: number): string;
  running: string;
  /** The rule, the statistics in it, and what they are of. */
  rule(rule: string, statistics: readonly string[], from: string): string;
}

/** The mean and the biased variance, or the mean of squares, that an element is normalised by, and their origin. */
function statisticsAt(
  sight: Sight,
  i: number,
  words: ArithmeticWords,
): { mean: number; spread: number; from: string } {
  const { shape, input, sets, argument, statistic, running } = sight;
  const [, c, h, w] = shape;
  const channel = Math.floor(i / (h * w)) % c;
  if (running)
    return { mean: running.mean[channel], spread: running.variance[channel], from: words.running };
  const setOf = sets?.[0] ? setIndex(sets[0], shape, argument) : () => 0;
  const members = Array.from(input).filter((_, j) => setOf(j) === setOf(i));
  const from = words.of(members.length);
  const { mean, biased } = momentsOf(members);
  if (statistic === "moments") return { mean, spread: biased, from };
  return { mean: 0, spread: momentsOf(members.map((x) => x * x)).mean, from };
}

/** How the output at a place comes about: "1·(0.4 − 0.81)/√(1.2 + 0.00001) + 0 = -0.37". */
export function arithmetic(
  sight: Sight,
  i: number,
  formula: string,
  words: ArithmeticWords,
): string {
  const { input, output, statistic, eps, gamma, beta } = sight;
  const [x, y] = [input[i], output[i]].map(digits);
  if (!statistic) return words.by(x, y, formula);
  const { mean, spread, from } = statisticsAt(sight, i, words);
  const moments = statistic === "moments";
  const above = moments ? `(${x} − ${digits(mean)})` : x;
  const sum = `${digits(gamma?.[i] ?? 1)}·${above}/√(${digits(spread)} + ${eps}) + ${digits(beta?.[i] ?? 0)}`;
  const { meanSquare } = words;
  const known = moments
    ? [`μ = ${digits(mean)}`, `σ² = ${digits(spread)}`]
    : [`${meanSquare} = ${digits(spread)}`];
  const rule = `y = γ·${moments ? "(x − μ)/√(σ²" : `x/√(${meanSquare}`} + ε) + β`;
  return `${words.rule(rule, known, from)}\n  = ${sum} = ${y}`;
}
