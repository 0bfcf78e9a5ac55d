import type { NormSummary } from "../../experiments/summary.js";
import { mebibytes, percent } from "../../show/columns.js";
import { htmlTable, type Section } from "./page.js";

/**
 * The third article's results (section 5.1). Its code does not measure them, and of its memory column only the heading
 * remains.
 */
const printed = {
  bn: ["92.3 %", "1.00×", "collapses"],
  ln: ["90.1 %", "1.10×", "stable"],
  in: ["88.5 %", "1.20×", "stable"],
  gn: ["91.7 %", "1.05×", "stable"],
} as const;

const HEAD = [
  "norm",
  ...["test accuracy", "time per epoch", "batch 1", "memory"].flatMap((title) => [
    `${title}: article`,
    "here",
  ]),
];

/** The article's figures beside the measured ones. Empty if none of its norms has run. */
export function articleSection(rows: readonly NormSummary[]): Section[] {
  const known = rows.filter(({ norm }) => Object.hasOwn(printed, norm));
  if (known.length === 0) return [];
  // the article's times are relative to batch norm
  const unit = (known.find(({ norm }) => norm === "bn") ?? known[0]).epochSeconds;
  const lines = known.map((row) => {
    const [accuracy, time, batch1] = printed[row.norm as keyof typeof printed];
    return [
      row.norm,
      ...[accuracy, percent(row.testAccuracy)],
      ...[time, `${(row.epochSeconds / unit).toFixed(2)}×`],
      ...[batch1, row.batch1Train ? percent(row.batch1Train) : "–"],
      ...["–", mebibytes(row)],
    ];
  });
  return [
    {
      title: "Beside the article's table",
      html: `${htmlTable(HEAD, lines)}
<p class="caption">The article's figures cannot be those of its code, which measures neither test accuracy nor time and trains no
instance norm; no more than their order can be compared. Batch 1 here: test accuracy after training on single images. Its memory column is
empty: peak memory here is the most that was in use during a training step, with parameters, gradients, Adam's moments,
activations and the batch. Every norm keeps its input for the backward pass, beside which the
statistics hardly count.</p>`,
    },
  ];
}
