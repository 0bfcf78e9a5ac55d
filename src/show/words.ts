// Numbers and settings in words.
import type { CompareResult, Run } from "../experiments/compare-types.js";
import type { Pattern } from "../experiments/sets.js";
import type { Truth } from "../experiments/truths.js";
import { percent } from "./columns.js";

/** Examples: 1 norm, 2 norms. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** Examples: 5 s, 2 min 05 s. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60
    ? `${whole} s`
    : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** What the numbers of a `--quick` run are worth. */
export const TOO_SHORT = "too short for accuracies and losses to mean much";

/** The note beside the results of such a run. */
export const quickNote = `A --quick run: ${TOO_SHORT}.`;

/** Three digits: 4.3 → 4.30, 0.00012 → 1.20e-4. */
export function short(value: number): string {
  if (value === 0) return "0";
  const plain = Math.abs(value) >= 0.01 && Math.abs(value) < 999.5;
  return plain ? value.toPrecision(3) : value.toExponential(2).replace("+", "");
}

/** The pooled axes, such as (N, H, W). */
export function axesOf({ samples, channels, positions }: Pattern): string {
  const axes = [
    { each: "", part: "part of N", all: "N" }[samples],
    { each: "", group: "C/G", window: "window of C", all: "C" }[channels],
    { each: "", all: "H, W" }[positions],
  ];
  return `(${axes.filter(Boolean).join(", ")})`;
}

/** The number of finished runs. A run is finished after its training with batch 1. */
export const finished = (runs: readonly Run[]): number =>
  runs.filter(({ batch1 }) => !batch1.note.startsWith("stopped")).length;

/** How far a stopped comparison came. */
export function stoppedText({ config, runs, unfinished = [] }: CompareResult): string {
  const planned = config.norms.length * config.seeds;
  const rest = unfinished.map(
    ({ norm, seed, losses }) => ` ${norm} from seed ${seed} came to step ${losses.length}.`,
  );
  return `${finished(runs)} of ${planned} runs are finished.${rest.join("")}`;
}

/** Whether a claim holds. */
export const verdict = ({ holds, holding, seeds }: Truth): string =>
  `${holds ? "holds" : "does not hold here"} (${holding} of ${seeds} seeds)`;

/** The numbers that decide about a claim. */
export const figures = ({ figures, unit }: Truth): string =>
  figures
    .map(({ name, spread }) => {
      const plain = `${spread.mean.toFixed(3)} ± ${(spread.deviation ?? 0).toFixed(3)}`;
      return `${name} ${unit === "%" ? percent(spread) : plain}`;
    })
    .join(", ");
