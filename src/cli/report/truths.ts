import type { Truth } from "../../experiments/truths.js";
import { figures, verdict } from "../../show/words.js";
import { htmlTable, type Section } from "./page.js";

/** One line for each claim. Empty if no claim was tested, as with a single seed. */
export const truthsText = (truths: readonly Truth[]): string =>
  truths
    .map((truth) => `${truth.claim}: ${verdict(truth)}; ${figures(truth)}.`)
    .map((line, i) => `${i === 0 ? "\n\n" : "\n"}${line}`)
    .join("");

export const truthsSection = (truths: readonly Truth[]): Section[] =>
  truths.length === 0
    ? []
    : [
        {
          title: "What is said of them",
          html: `<div class="prose">${htmlTable(
            ["claim", "here", "figures"],
            truths.map((truth) => [truth.claim, verdict(truth), figures(truth)]),
          )}</div>
<p class="caption">A claim holds where it does from every seed. Figures: mean and one standard deviation over ${truths[0].seeds} seeds.</p>`,
        },
      ];
