import type { NormSummary } from "../../experiments/summary.js";
import { mebibytes, percent, times } from "../../show/columns.js";
import type { Texts } from "../text/en/index.js";
import { padEnd, padStart, widthOf } from "../width.js";

/** The cells of a norm under the head `compare.head`. */
export const normCells = (row: NormSummary, { compare }: Texts): string[] => [
  row.norm,
  row.parameters.toLocaleString("en"),
  percent(row.testAccuracy),
  compare.time(row.epochSeconds.toFixed(2), times(row)),
  mebibytes(row),
  row.batch1Eval ? percent(row.batch1Eval) : "–",
  row.batch1Train ? percent(row.batch1Train) : "–",
];

/** The notes of the runs. Each note names the norms it belongs to. */
export function footnotes(
  rows: readonly NormSummary[],
  { compare, common, speech }: Texts,
): string[] {
  const notes = [...new Set(rows.flatMap((row) => row.notes))];
  return notes.map((note) => {
    const norms = rows.filter((row) => row.notes.includes(note)).map((row) => row.norm);
    const names = norms.length === rows.length ? compare.all : norms.join(common.list);
    return compare.note(names, speech.told(note));
  });
}

/** The table for a terminal, with notes below it. */
export function textTable(rows: readonly NormSummary[], texts: Texts): string {
  const table = alignedTable(
    texts.compare.head,
    rows.map((row) => normCells(row, texts)),
  );
  return [table, "", ...footnotes(rows, texts)].join("\n");
}

/** Names stand flush left, numbers flush right. */
export function alignedTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((_, k) => Math.max(...[head, ...rows].map((line) => widthOf(line[k]))));
  const [first, ...body] = [head, ...rows].map((line) =>
    line
      .map((cell, k) => (k === 0 ? padEnd(cell, widths[k]) : padStart(cell, widths[k])))
      .join("  "),
  );
  return [first, widths.map((width) => "─".repeat(width)).join("  "), ...body].join("\n");
}
