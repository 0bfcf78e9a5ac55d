// Numbers and settings in words.
import type { Run } from "../experiments/compare-types.js";
import type { Pattern } from "../experiments/sets.js";

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
