import type { NormSummary, Spread } from "../../experiments/summary.js";

interface Column {
  title: string;
  cell(row: NormSummary): string;
}

/** What is told of each norm, on the terminal and on the page. */
export const columns: readonly Column[] = [
  { title: "norm", cell: (row) => row.norm },
  { title: "parameters", cell: (row) => row.parameters.toLocaleString("en") },
  { title: "test accuracy", cell: (row) => percent(row.testAccuracy) },
  { title: "time per epoch", cell: (row) => `${row.epochSeconds.toFixed(2)} s, ${times(row)}` },
  { title: "peak memory", cell: (row) => mebibytes(row) },
  { title: "batch-1 evaluation", cell: (row) => percent(row.batch1Eval) },
  {
    title: "batch-1 training",
    cell: (row) => (row.batch1Train ? percent(row.batch1Train) : "–"),
  },
];

/** Of the first norm's time. */
export const times = ({ relativeTime }: NormSummary): string => `${relativeTime.toFixed(2)}×`;

export const mebibytes = ({ peakBytes }: NormSummary): string =>
  `${(peakBytes / 2 ** 20).toFixed(1)} MiB`;

/** 71.2 %, or 71.2 ± 0.8 % over two seeds or more. */
export function percent({ mean, deviation }: Spread): string {
  const digits = (share: number) => (100 * share).toFixed(1);
  return deviation === null ? `${digits(mean)} %` : `${digits(mean)} ± ${digits(deviation)} %`;
}

/** What the runs' notes say, each with the norms it is true of. */
export function footnotes(rows: readonly NormSummary[]): string[] {
  const notes = [...new Set(rows.flatMap((row) => row.notes))];
  return notes.map((note) => {
    const norms = rows.filter((row) => row.notes.includes(note)).map((row) => row.norm);
    return `${norms.length === rows.length ? "all" : norms.join(", ")}: ${note}`;
  });
}

/** The table for a terminal, notes below. */
export function textTable(rows: readonly NormSummary[]): string {
  const table = alignedTable(
    columns.map((column) => column.title),
    rows.map((row) => columns.map((column) => column.cell(row))),
  );
  return [table, "", ...footnotes(rows)].join("\n");
}

/** Names flush left, numbers flush right. */
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
