import type { Json } from "../../experiments/compare.js";
import { articles, corrections, placeOf } from "../../experiments/corrections.js";
import { escapeHtml } from "../../show/escape-html.js";
import { facts, html, type Report, scrollBox, tableLabel } from "./page.js";

/** A finished experiment. Its page is name/index.html. */
export interface Chapter {
  name: string;
  report: Report;
  seconds: number;
}

/** The page with links to the experiments and a list of the articles' errors. */
export function indexPage(
  chapters: readonly Chapter[],
  planned: number,
  machine: Record<string, Json>,
): string {
  const done = new Set(chapters.map(({ name }) => name));
  const link = (name: string, text: string) =>
    done.has(name) ? `<a href="${name}/index.html">${escapeHtml(text)}</a>` : escapeHtml(text);
  const stopped =
    chapters.length < planned
      ? `<p class="stopped">Stopped early: ${chapters.length} of ${planned} experiments are finished.</p>`
      : "";
  const list = chapters.map(
    ({ name, report, seconds }) =>
      `<section><h2>${link(name, report.title)}</h2>
<p>${escapeHtml(report.summary)}</p>
<p class="caption">evenkeel ${escapeHtml(name)}, ${seconds < 9.5 ? seconds.toFixed(1) : Math.round(seconds)} s</p></section>`,
  );
  const wrong = corrections.map(
    (correction) =>
      `<tr>${[placeOf(correction), correction.claim, correction.truth].map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}<td>${correction.shownBy.map((name) => link(name, name)).join(", ")}</td></tr>`,
  );
  const head = ["article", "it says", "what is right", "see"];
  const table = scrollBox(
    tableLabel(head),
    `<table><thead><tr>${head.map((title) => `<th>${title}</th>`).join("")}</tr></thead><tbody>
${wrong.join("\n")}
</tbody></table>`,
  );
  const sources = Object.values(articles).map((title) => `<li>“${escapeHtml(title)}”</li>`);
  return html(
    "evenkeel: normalisation by experiment",
    `<h1>Normalisation by experiment</h1>
<p>What five articles on normalisation layers tell and print, run and measured, and put right where it is wrong.</p>
${stopped}
${list.join("\n")}
<section><h2>Where the articles were wrong</h2>
<div class="prose">${table}</div></section>
<section><h2>The articles</h2>
<p>Five texts of Chinese tutorials, by what their titles say in English; some of their pictures and tables are lost.</p>
<ul>${sources.join("")}</ul></section>
<section class="facts"><h2>Machine</h2>${facts(machine)}</section>`,
  );
}
