import type { NormSummary, Spread } from "../experiments/summary.js";

/** A column of the table of norms: one result of each norm. */
export interface Column {
  title: string;
  cell(row: NormSummary): string;
}

/** The columns of the table of norms, on the terminal and on pages. */
export const columns: readonly Column[] = [
  { title: "norm", cell: (row) => row.norm },
  { title: "parameters", cell: (row) => row.parameters.toLocaleString("en") },
  { title: "test accuracy", cell: (row) => percent(row.testAccuracy) },
  { title: "time per epoch", cell: (row) => `${row.epochSeconds.toFixed(2)} s, ${times(row)}` },
  { title: "peak memory", cell: (row) => mebibytes(row) },
  { title: "batch-1 evaluation", cell: (row) => (row.batch1Eval ? percent(row.batch1Eval) : "–") },
  {
    title: "batch-1 training",
    cell: (row) => (row.batch1Train ? percent(row.batch1Train) : "–"),
  },
];

/** The time relative to the first norm. */
export const times = ({ relativeTime }: NormSummary): string => `${relativeTime.toFixed(2)}×`;

export const mebibytes = ({ peakBytes }: NormSummary): string =>
  `${(peakBytes / 2 ** 20).toFixed(1)} MiB`;

/** A share in percent: 71.2 %, or 71.2 ± 0.8 % over two seeds or more. */
export function percent({ mean, deviation }: Spread): string {
  const digits = (share: number) => (100 * share).toFixed(1);
  return deviation === null ? `${digits(mean)} %` : `${digits(mean)} ± ${digits(deviation)} %`;
}

/** The notes of the runs. Each note names the norms it belongs to. */
export function footnotes(rows: readonly NormSummary[]): string[] {
  const notes = [...new Set(rows.flatMap((row) => row.notes))];
  return notes.map((note) => {
    const norms = rows.filter((row) => row.notes.includes(note)).map((row) => row.norm);
    return `${norms.length === rows.length ? "all" : norms.join(", ")}: ${note}`;
  });
}
