import type { Json } from "../../experiments/compare.js";
import { type Correction, correctionsOf } from "../../experiments/corrections.js";
import { escapeHtml } from "../../show/escape-html.js";
import type { Texts } from "../text/en/index.js";
import type { Drawing } from "./chart.js";
import { STYLE } from "./style.js";

/** The content of an experiment's page. All is plain text but the HTML of the sections. */
export interface Report {
  title: string;
  /** The result, in one sentence. */
  summary: string;
  /** What the experiment did. */
  lead: string;
  /** How far it came, if it was stopped early. */
  stopped?: string;
  sections: readonly Section[];
}

export interface Section {
  title: string;
  html: string;
}

export interface PageContext {
  name: string;
  config: object;
  machine: Record<string, Json>;
  /** The address of the page above this one. */
  home?: string;
}

/** The report as one HTML document that needs no other file. */
export function page(
  report: Report,
  { name, config, machine, home }: PageContext,
  texts: Texts,
): string {
  const words = texts.common.page;
  const wrong = correctionsOf(name);
  const all = [
    ...report.sections.map((given) => section(given)),
    ...(wrong.length > 0
      ? [section({ title: words.wrong, html: correctionTable(wrong, texts) })]
      : []),
    section({ title: words.settings, html: facts(config, texts) }, "facts"),
    section({ title: words.machine, html: facts(machine, texts) }, "facts"),
  ];
  const back = home
    ? `<p class="caption"><a href="${escapeHtml(home)}">${escapeHtml(words.back)}</a></p>`
    : "";
  const stopped = report.stopped ? `\n<p class="stopped">${escapeHtml(report.stopped)}</p>` : "";
  return html(
    words.title(name, report.title),
    `${back}<h1>${escapeHtml(report.title)}</h1>
<p>${escapeHtml(report.lead)}</p>${stopped}
<p class="summary">${escapeHtml(report.summary)}</p>
${all.join("\n")}`,
    texts,
  );
}

const section = ({ title, html }: Section, kind = ""): string =>
  `<section${kind && ` class="${kind}"`}><h2>${escapeHtml(title)}</h2>\n${html}</section>`;

/** What stands below a figure or a table. */
export const caption = (text: string): string => `<p class="caption">${escapeHtml(text)}</p>`;

/** The article of a claim, what it says, and what is right. */
export function correctionCells(
  { id, where }: Correction,
  { articles, corrections, common }: Texts,
): [where: string, claim: string, truth: string] {
  const { claim, truth } = corrections[id];
  const places = where
    .split(", ")
    .map((place) => place.replace(/^\d{3}/, (number) => common.page.quoted(articles[number])));
  return [places.join(common.list), claim, truth];
}

/** The claims of the articles, and what is right. */
const correctionTable = (rows: readonly Correction[], texts: Texts): string =>
  `<div class="prose">${htmlTable(
    texts.common.page.wrongHead,
    rows.map((row) => correctionCells(row, texts)),
    texts,
  )}</div>`;

/** An HTML document in this style. */
export const html = (title: string, main: string, { common }: Texts): string => `<!doctype html>
<html lang="${common.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;

/** Draws the chart twice, wide and narrow: a wide chart scaled down to a phone has letters that nobody can read. */
export function chart(label: string, draw: Drawing): string {
  const figure = (kind: string, width: number, height: number) =>
    `<div class="${kind}" role="img" aria-label="${escapeHtml(label)}">${draw(width, height)}</div>`;
  return figure("wide", 860, 380) + figure("narrow", 380, 320);
}

/**
 * A box for what may be wider than the page. It can have the focus, since the arrow keys scroll only what has it; the
 * outer element lets it be wider than the text where the window is.
 */
export function scrollBox(label: string, content: string): string {
  const named = `role="region" aria-label="${escapeHtml(label)}"`;
  return `<div class="broad"><div class="scroll" tabindex="0" ${named}>${content}</div></div>`;
}

export const tableLabel = (head: readonly string[], { common }: Texts): string =>
  common.page.table(head.filter(Boolean).join(common.comma));

/** The inside of a cell that is more than text. */
export interface Html {
  html: string;
}

export function htmlTable(
  head: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
  texts: Texts,
): string {
  const inside = (cell: string | Html) => (typeof cell === "string" ? escapeHtml(cell) : cell.html);
  const row = (cells: readonly (string | Html)[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${inside(cell)}</${tag}>`).join("")}</tr>`;
  return scrollBox(
    tableLabel(head, texts),
    `<table><thead>${row(head, "th")}</thead><tbody>
${rows.map((cells) => row(cells, "td")).join("\n")}
</tbody></table>`,
  );
}

/** Settings, or facts of the machine. Undefined values are left out. */
export function facts(of: object, { facts: words }: Texts): string {
  const entries = Object.entries(of as Record<string, Json>).filter(
    ([, value]) => value !== undefined,
  );
  return `<dl>${entries
    .map(
      ([key, value]) =>
        `<dt>${escapeHtml(words.key(key))}</dt><dd>${escapeHtml(shown(value, key, words))}</dd>`,
    )
    .join("")}</dl>`;
}

function shown(value: Json, key: string, words: Texts["facts"]): string {
  if (value === null) return key === "batch1Samples" || key === "steps" ? words[key] : words.none;
  if (key === "quick" && value === true) return words.quick;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  return Array.isArray(value)
    ? value.map((item) => item ?? words.none).join(", ")
    : words.value(String(value));
}
