import type { InfluenceResult } from "../../experiments/influence.js";
import { influenceCells, influenceHead } from "../../show/influence.js";
import { count } from "../../show/words.js";
import { htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

const EXPLAINED =
  "own / others: how many of the disturbed sample's outputs, and of the other samples', move";

export const influenceText = ({ rows }: InfluenceResult): string =>
  `${alignedTable(influenceHead, rows.map(influenceCells))}\n\n${EXPLAINED}.`;

export function influenceReport({ config, rows }: InfluenceResult): Report {
  const paying = rows.filter(({ influences }) => (influences.outlier.others ?? 0) > 0);
  return {
    title: "Who pays for an outlier",
    summary: `One outlier of ${config.outlier} in one sample moves outputs of the other samples under ${count(paying.length, "norm")} of ${rows.length}: ${paying.map(({ norm }) => norm).join(", ") || "none"}.`,
    lead: `Every norm, fresh and in training, on one tensor [${config.shape.join(", ")}] of normal numbers, of which one sample is then disturbed.`,
    sections: [
      {
        title: "What moves",
        html: `${htmlTable(influenceHead, rows.map(influenceCells))}
<p class="caption">${EXPLAINED}, by more than 0.001. Outputs whose own input was disturbed do not count; where the whole sample is (a large mean,
scaled), all of its outputs do. On the right: what may be shifted by ${config.shift}, or scaled by ${config.scale}, without a change of any output: the whole batch, one channel of
every sample, one sample, one channel (plane) or one position of it. Some layers start as what does nothing: grn as the identity, lin as layer norm, bin as
batch norm.</p>`,
      },
    ],
  };
}
