import type { CompareResult } from "../../experiments/compare.js";
import { summarize } from "../../experiments/summary.js";
import { compareTruths } from "../../experiments/truths.js";
import { columns, footnotes, percent } from "../../show/columns.js";
import { escapeHtml } from "../../show/escape-html.js";
import { count, finished, stoppedText } from "../../show/words.js";
import { articleSection } from "./article-table.js";
import { accuracyChart, lossChart } from "./charts.js";
import { evaluationSection, probeSection } from "./on-the-way.js";
import { chart, htmlTable, type Report } from "./page.js";
import { truthsSection } from "./truths.js";

/** The number of best norms that the sentence names. */
const TOLD = 8;

export function compareReport(result: CompareResult): Report {
  const { config, runs } = result;
  const rows = summarize(result);
  const planned = config.norms.length * config.seeds;
  const best = [...rows].sort((a, b) => b.testAccuracy.mean - a.testAccuracy.mean);
  const told = best.slice(0, TOLD).map((row) => `${row.norm} ${percent(row.testAccuracy)}`);
  const unfinished =
    finished(runs) < planned ? `</p><p class="stopped">Stopped early: ${stoppedText(result)}` : "";
  const table = htmlTable(
    columns.map((column) => column.title),
    rows.map((row) => columns.map((column) => column.cell(row))),
  );
  return {
    title: `One net, ${count(rows.length, "normalisation")}`,
    summary: `Test accuracy: ${told.join(", ")}${best.length > told.length ? ", …" : ""}.`,
    lead: `NormResNet of width ${config.width}, trained on ${escapeHtml(`${config.trainImages ?? "the"} images`)}
(${escapeHtml(String(config.data ?? "given"))})
for ${config.steps ? count(config.steps, "step") : count(config.epochs, "epoch")} with Adam, batch ${config.batchSize},
from ${count(config.seeds, "seed")}; every norm starts from the same convolution weights and sees the same batches.${unfinished}`,
    sections: [
      ...truthsSection(compareTruths(result)),
      {
        title: "Loss",
        html: `${chart("Training loss over steps", lossChart(result))}
<p class="caption">Thick: moving average${config.seeds > 1 ? " of the mean over seeds" : ""}. Thin: each run as it is.</p>`,
      },
      {
        title: "Accuracy",
        html: `${chart("Test accuracy per norm", accuracyChart(rows))}
${config.seeds > 1 ? '<p class="caption">Error bars: one standard deviation over seeds.</p>' : ""}`,
      },
      ...evaluationSection(result),
      ...probeSection(result),
      {
        title: "Table",
        html: `${table}
<p class="caption">Times as such and relative to the first norm. Peak memory: the most in use during a training step. In the
last two columns the trained net sees one image at a time, and a net is trained with
one image a step. ${escapeHtml(footnotes(rows).join("; "))}.</p>`,
      },
      ...articleSection(rows),
    ],
  };
}
