import type { Json } from "../../experiments/compare.js";
import { type Correction, correctionsOf, placeOf } from "../../experiments/corrections.js";
import { escapeHtml } from "../../show/escape-html.js";
import { TOO_SHORT } from "../../show/words.js";
import { drawSvg, type Option } from "./chart.js";
import { STYLE } from "./style.js";

/** The content of an experiment's page. Everything but `title` and `summary` is HTML. */
export interface Report {
  title: string;
  /** The result, in one sentence. */
  summary: string;
  /** What the experiment did. */
  lead: string;
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
export function page(report: Report, { name, config, machine, home }: PageContext): string {
  const wrong = correctionsOf(name);
  const all = [
    ...report.sections.map((given) => section(given)),
    ...(wrong.length > 0
      ? [section({ title: "Where the articles were wrong", html: correctionTable(wrong) })]
      : []),
    section({ title: "Settings", html: facts(config) }, "facts"),
    section({ title: "Machine", html: facts(machine) }, "facts"),
  ];
  const back = home
    ? `<p class="caption"><a href="${escapeHtml(home)}">All experiments</a></p>`
    : "";
  return html(
    `evenkeel ${name}: ${report.title}`,
    `${back}<h1>${escapeHtml(report.title)}</h1>
<p>${report.lead}</p>
<p class="summary">${escapeHtml(report.summary)}</p>
${all.join("\n")}`,
  );
}

const section = ({ title, html }: Section, kind = ""): string =>
  `<section${kind && ` class="${kind}"`}><h2>${escapeHtml(title)}</h2>\n${html}</section>`;

/** The claims of the articles, and what is right. */
export const correctionTable = (rows: readonly Correction[]): string =>
  `<div class="prose">${htmlTable(
    ["article", "it says", "what is right"],
    rows.map((row) => [placeOf(row), row.claim, row.truth]),
  )}</div>`;

/** An HTML document in this style. */
export const html = (title: string, main: string): string => `<!doctype html>
<html lang="en">
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
export function chart(label: string, option: Option): string {
  const figure = (kind: string, width: number, height: number) =>
    `<div class="${kind}" role="img" aria-label="${escapeHtml(label)}">${drawSvg(option, width, height)}</div>`;
  return figure("wide", 860, 380) + figure("narrow", 380, 320);
}

/**
 * A box for what may be wider than the page. It can have the focus, since the arrow keys scroll only what has it; the
 * outer element lets it be wider than the text where the window is.
 */
export const scrollBox = (label: string, content: string): string =>
  `<div class="broad"><div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(label)}">${content}</div></div>`;

export const tableLabel = (head: readonly string[]): string =>
  `Table: ${head.filter(Boolean).join(", ")}`;

export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return scrollBox(
    tableLabel(head),
    `<table><thead>${row(head, "th")}</thead><tbody>
${rows.map((cells) => row(cells, "td")).join("\n")}
</tbody></table>`,
  );
}

/** Keys in camelCase become words, values stay as they are. Undefined values are left out. */
export function facts(of: object): string {
  const words = (key: string) => key.replace(/(?<=[a-z0-9])([A-Z])/g, " $1").toLowerCase();
  const entries = Object.entries(of as Record<string, Json>).filter(
    ([, value]) => value !== undefined,
  );
  return `<dl>${entries
    .map(
      ([key, value]) =>
        `<dt>${escapeHtml(words(key))}</dt><dd>${escapeHtml(shown(value, key))}</dd>`,
    )
    .join("")}</dl>`;
}

/** What a missing setting means. */
const UNSET: Record<string, string> = {
  batch1Samples: "as many as the main run",
  steps: "those of the epochs",
};

function shown(value: Json, key: string): string {
  if (value === null) return UNSET[key] ?? "none";
  if (key === "quick" && value === true) return `yes: ${TOO_SHORT}`;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.map((item) => item ?? "none").join(", ") : String(value);
}
