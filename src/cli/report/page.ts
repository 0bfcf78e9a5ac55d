import type { CompareResult, Json } from "../../experiments/compare.js";
import { summarize } from "../../experiments/summary.js";
import { drawSvg, type Option } from "./chart.js";
import { accuracyChart, lossChart } from "./charts.js";
import { STYLE } from "./style.js";
import { columns, footnotes } from "./table.js";

/** The report as one HTML document that needs nothing else. */
export function page(result: CompareResult): string {
  const { config, machine, runs } = result;
  const rows = summarize(result);
  const planned = config.norms.length * config.seeds;
  const unfinished =
    runs.length < planned
      ? `<p class="stopped">Stopped early: ${runs.length} of ${planned} runs are finished.</p>`
      : "";
  const table = htmlTable(
    columns.map((column) => column.title),
    rows.map((row) => columns.map((column) => column.cell(row))),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>evenkeel compare: ${escapeHtml(config.norms.join(", "))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>One net, ${count(rows.length, "normalisation")}</h1>
<p>NormResNet of width ${config.width}, trained on ${escapeHtml(`${config.trainImages ?? "the"} images`)}
(${escapeHtml(String(config.data ?? "given"))}) for ${count(config.epochs, "epoch")} with Adam, batch ${config.batchSize},
from ${count(config.seeds, "seed")}; every norm starts from the same convolution weights and sees the same batches.</p>
${unfinished}
<section><h2>Loss</h2>
${chart("Training loss over steps", lossChart(result))}
<p class="caption">Thick: moving average${config.seeds > 1 ? " of the mean over seeds" : ""}. Thin: each run as it is.</p>
</section>
<section><h2>Accuracy</h2>
${chart("Test accuracy per norm", accuracyChart(rows))}
${config.seeds > 1 ? '<p class="caption">Error bars: one standard deviation over seeds.</p>' : ""}
</section>
<section><h2>Table</h2>
${table}
<p class="caption">Time is relative to the first norm. In the last two columns the trained net sees one image at a time, and a
net is trained with one image a step. ${escapeHtml(footnotes(rows).join("; "))}.</p>
</section>
<section class="facts"><h2>Settings</h2>${facts(config)}</section>
<section class="facts"><h2>Machine</h2>${facts(machine)}</section>
</main>
</body>
</html>
`;
}

/** Drawn twice, wide and narrow: a wide chart scaled down to a phone has letters nobody can read. */
function chart(label: string, option: Option): string {
  const figure = (kind: string, width: number, height: number) =>
    `<div class="${kind}" role="img" aria-label="${escapeHtml(label)}">${drawSvg(option, width, height)}</div>`;
  return figure("wide", 860, 380) + figure("narrow", 380, 320);
}

function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll"><table><thead>${row(head, "th")}</thead><tbody>
${rows.map((cells) => row(cells, "td")).join("\n")}
</tbody></table></div>`;
}

/** camelCase keys as words, values as they are. */
function facts(of: Record<string, unknown>): string {
  const words = (key: string) => key.replace(/(?<=[a-z0-9])([A-Z])/g, " $1").toLowerCase();
  const entries = Object.entries(of as Record<string, Json>);
  return `<dl>${entries
    .map(([key, value]) => `<dt>${escapeHtml(words(key))}</dt><dd>${escapeHtml(shown(value))}</dd>`)
    .join("")}</dl>`;
}

function shown(value: Json): string {
  if (value === null) return "as many as the main run";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ENTITIES[c]);
