import type { Spread } from "../../experiments/summary.js";
import type { Truth } from "../../experiments/truths.js";
import { htmlTable, type Section } from "./page.js";
import { percent } from "./table.js";

const plain = ({ mean, deviation }: Spread) =>
  `${mean.toFixed(3)} ± ${(deviation ?? 0).toFixed(3)}`;

const verdict = ({ holds, holding, seeds }: Truth): string =>
  `${holds ? "holds" : "does not hold here"} (${holding} of ${seeds} seeds)`;

const figures = ({ figures, unit }: Truth): string =>
  figures
    .map(({ name, spread }) => `${name} ${unit === "%" ? percent(spread) : plain(spread)}`)
    .join(", ");

/** One line a claim; nothing where none was put to the test, that is with one seed. */
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
