import type { Json } from "../../experiments/compare.js";
import { corrections } from "../../experiments/corrections.js";
import { escapeHtml } from "../../show/escape-html.js";
import type { Texts } from "../text/en/index.js";
import {
  caption,
  correctionCells,
  facts,
  html,
  type Report,
  scrollBox,
  tableLabel,
} from "./page.js";

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
  texts: Texts,
): string {
  const { all, common, articles } = texts;
  const done = new Set(chapters.map(({ name }) => name));
  const link = (name: string, text: string) =>
    done.has(name) ? `<a href="${name}/index.html">${escapeHtml(text)}</a>` : escapeHtml(text);
  const stopped =
    chapters.length < planned
      ? `<p class="stopped">${escapeHtml(all.stoppedEarly(chapters.length, planned))}</p>`
      : "";
  const list = chapters.map(({ name, report, seconds }) => {
    const rounded = seconds < 9.5 ? seconds.toFixed(1) : String(Math.round(seconds));
    return `<section><h2>${link(name, report.title)}</h2>
<p>${escapeHtml(report.summary)}</p>
${caption(all.took(name, rounded))}</section>`;
  });
  const wrong = corrections.map((correction) => {
    const cells = correctionCells(correction, texts).map((cell) => `<td>${escapeHtml(cell)}</td>`);
    const links = correction.shownBy.map((name) => link(name, name)).join(", ");
    return `<tr>${cells.join("")}<td>${links}</td></tr>`;
  });
  const head = [...common.page.wrongHead, all.see];
  const table = scrollBox(
    tableLabel(head, texts),
    `<table><thead><tr>${head.map((title) => `<th>${title}</th>`).join("")}</tr></thead><tbody>
${wrong.join("\n")}
</tbody></table>`,
  );
  const sources = Object.values(articles).map(
    (title) => `<li>${escapeHtml(common.page.quoted(title))}</li>`,
  );
  return html(
    all.document,
    `<h1>${escapeHtml(all.title)}</h1>
<p>${escapeHtml(all.lead)}</p>
${stopped}
${list.join("\n")}
<section><h2>${escapeHtml(common.page.wrong)}</h2>
<div class="prose">${table}</div></section>
<section><h2>${escapeHtml(all.articles.title)}</h2>
<p>${escapeHtml(all.articles.about)}</p>
<ul>${sources.join("")}</ul></section>
<section class="facts"><h2>${escapeHtml(common.page.machine)}</h2>${facts(machine, texts)}</section>`,
    texts,
  );
}
