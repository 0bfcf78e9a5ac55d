import type { Result } from "./run.js";

const columns: [string, (result: Result) => string][] = [
  ["workload", ({ workload, shape }) => `${workload} [${shape.join(", ")}]`],
  ["provider", ({ provider }) => provider],
  ["median ms", ({ ms }) => significant(ms)],
  ["rate", ({ rate, unit }) => `${significant(rate)} ${unit}`],
  ["of copy or peak", ({ ofYardstick }) => show(ofYardstick, (r) => `${Math.round(100 * r)} %`)],
  ["over plain", ({ overPlain }) => show(overPlain, (r) => `${significant(r)}×`)],
  ["2 threads", ({ speedUp }) => show(speedUp, (r) => `${r.toFixed(2)}×`)],
];

export const legend =
  "GB/s counts the bytes of input and output once; percentages are of a one-thread memory.copy of that length (copy in + out), or of " +
  "the GEMM micro-kernel alone (peak). Copy in to out moves half of that: the least traffic there can be.";

const show = (value: number | null, format: (value: number) => string) =>
  value === null ? "" : format(value);

/** Three digits, without an exponent: 0.00123, 1.23, 123, 1234. */
const significant = (value: number) =>
  value >= 100 ? value.toFixed(0) : value === 0 ? "0" : Number(value.toPrecision(3)).toString();

const cells = (results: readonly Result[]) =>
  results.map((result, i) => {
    const row = columns.map(([, cell]) => cell(result));
    const same = i > 0 && columns[0][1](results[i - 1]) === row[0];
    return same ? ["", ...row.slice(1)] : row;
  });

/** Aligned columns; numbers to the right. A workload is named on its first line only. */
export function text(results: readonly Result[]): string {
  const rows = [columns.map(([name]) => name), ...cells(results)];
  const widths = columns.map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  const pad = (cell: string, c: number) =>
    c < 2 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]);
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

export function markdown(results: readonly Result[]): string {
  const rows = [
    columns.map(([name]) => name),
    columns.map((_, c) => (c < 2 ? "---" : "---:")),
    ...cells(results),
  ];
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}
