import type { InspectedNorm, NormInspection, ValueRange } from "../../files/index.js";
import { escapeHtml } from "../../show/escape-html.js";
import { COLOURS } from "../../show/palette.js";
import { short } from "../../show/words.js";
import type { Texts } from "../text/en/index.js";
import { shown } from "../width.js";
import { caption, type Html, html, htmlTable } from "./page.js";
import { alignedTable } from "./table.js";

export interface Inspection extends NormInspection {
  file: string;
  /** How many the file has. */
  tensors: number;
}

const roles = ["gamma", "beta", "mean", "variance"] as const;

/** Marks that are told apart without colours. */
const marks = { error: "✗", warning: "!", note: "·" } as const;

/** What is said of a layer, with the number of channels where it is not of all. */
const said = ({ verdicts, channels }: InspectedNorm, { norms, inspect, common }: Texts): string =>
  verdicts
    .map(({ id, level, channels: count }) => {
      const [name] = norms.verdicts[id];
      const some = count < channels ? inspect.of(count) : "";
      return `${marks[level]} ${name}${some}`;
    })
    .join(common.comma);

const rangeText = (range?: ValueRange): string => {
  if (!range) return "–";
  const { min, max } = range;
  return min > max ? "" : min === max ? short(min) : `${short(min)} … ${short(max)}`;
};

const firstCells = ({ key, kind, channels }: InspectedNorm, { norms, inspect }: Texts) => [
  key || inspect.whole,
  norms.kinds[kind],
  String(channels),
];

/** Each verdict that was given, in a sentence. */
const meanings = ({ layers }: Inspection, { norms, common }: Texts): string[] => {
  const given = new Map(
    layers.flatMap(({ verdicts }) => verdicts.map(({ id, level }) => [id, level])),
  );
  return [...given].map(([id, level]) => {
    const [name, meaning] = norms.verdicts[id];
    return `${marks[level]} ${name}${common.colon}${meaning}`;
  });
};

export function inspectText(result: Inspection, texts: Texts): string {
  const { norms, inspect } = texts;
  const { layers, verdict, file, tensors } = result;
  const head = inspect.found(file, layers.length, tensors);
  if (layers.length === 0) return `${head}\n${norms.files[verdict]}`;
  const rows = layers.map((layer) => [
    ...firstCells(layer, texts).map(shown),
    ...roles.map((role) => rangeText(layer.ranges[role])),
    said(layer, texts),
  ]);
  return [
    alignedTable(inspect.head, rows),
    "",
    ...meanings(result, texts),
    "",
    head,
    norms.files[verdict],
  ].join("\n");
}

/** A page with a histogram for each tensor. */
export function inspectPage(result: Inspection, texts: Texts): string {
  const { norms, inspect } = texts;
  const { layers, verdict, file, tensors } = result;
  const rows = layers.map((layer) => [
    ...firstCells(layer, texts),
    ...roles.map((role) => histogram(layer.ranges[role])),
    said(layer, texts),
  ]);
  const list = meanings(result, texts).map((line) => `<li>${escapeHtml(line)}</li>`);
  const table = `${htmlTable(inspect.head, rows, texts)}\n${caption(inspect.caption)}
<ul class="meanings">${list.join("\n")}</ul>`;
  return html(
    inspect.title(file),
    `<h1>${escapeHtml(inspect.title(file))}</h1>
<p>${escapeHtml(inspect.found(file, layers.length, tensors))}</p>
<p class="summary">${escapeHtml(norms.files[verdict])}</p>
${layers.length > 0 ? table : ""}`,
    texts,
  );
}

const BAR = 5;
const HEIGHT = 28;

/** Small bars, with the range below. */
function histogram(range?: ValueRange): string | Html {
  const text = rangeText(range);
  if (!range || range.min >= range.max) return text;
  const { histogram } = range;
  const most = Math.max(...histogram);
  const bars = histogram.map((count, i) => {
    const height = Math.max((HEIGHT * count) / most, count > 0 ? 1 : 0).toFixed(1);
    return `<rect x="${i * BAR}" y="${HEIGHT - Number(height)}" width="${BAR - 1}" height="${height}"/>`;
  });
  const look = `class="small" fill="${COLOURS[0]}" aria-hidden="true"`;
  const box = `0 0 ${histogram.length * BAR} ${HEIGHT}`;
  const drawn = `<svg ${look} viewBox="${box}">${bars.join("")}</svg>`;
  return { html: `${drawn}${escapeHtml(text)}` };
}
