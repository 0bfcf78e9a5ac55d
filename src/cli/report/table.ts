import type { NormSummary } from "../../experiments/summary.js";
import { columns, footnotes } from "../../show/columns.js";

/** The table for a terminal, with notes below it. */
export function textTable(rows: readonly NormSummary[]): string {
  const table = alignedTable(
    columns.map((column) => column.title),
    rows.map((row) => columns.map((column) => column.cell(row))),
  );
  return [table, "", ...footnotes(rows)].join("\n");
}

/** Names stand flush left, numbers flush right. */
export function alignedTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((_, k) => Math.max(...[head, ...rows].map((line) => line[k].length)));
  const [first, ...body] = [head, ...rows].map((line) =>
    line.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join("  "),
  );
  return [first, widths.map((width) => "─".repeat(width)).join("  "), ...body].join("\n");
}
