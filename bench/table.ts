import type { Result } from "./run.js";

/** A time as a share of the bound's speed. */
const share = (least: number, ms: number) => `${Math.round((100 * least) / ms)} %`;
const orNothing = (value: number | null, format: (value: number) => string) =>
  value === null ? "" : format(value);

const columns: [string, (result: Result) => string][] = [
  ["workload", ({ workload, shape }) => `${workload} [${shape.join(", ")}]`],
  ["build", ({ variant }) => variant],
  ["ms", ({ ms }) => significant(ms)],
  ["GB/s", ({ bytes, ms }) => significant(bytes / ms / 1e6)],
  ["of copy", ({ bytes, copyRate, ms }) => share(bytes / copyRate / 1e6, ms)],
  ["GFLOP/s", ({ flops, ms }) => significant(flops / ms / 1e6)],
  ["of peak", ({ flops, peakRate, ms }) => share(flops / peakRate / 1e6, ms)],
  ["of bound", ({ boundMs, ms }) => share(boundMs, ms)],
  ["host", ({ host }) => orNothing(host?.ms ?? null, (ms) => `${significant(1000 * ms)} µs`)],
  ["launches", ({ host }) => orNothing(host?.launches ?? null, String)],
  [
    "2 threads",
    ({ twoThreadsMs, ms }) => orNothing(twoThreadsMs, (t) => `${(ms / t).toFixed(2)}×`),
  ],
  ["over plain", ({ plainMs, ms }) => orNothing(plainMs, (t) => `${significant(t / ms)}×`)],
];

export const legend =
  "Median milliseconds on one thread. GB/s counts the bytes that must be read and written, beside a memory.copy that " +
  "moves as many; GFLOP/s the operations, beside the GEMM micro-kernel alone. Of bound: the greater of both shares. " +
  "Host: what a call takes beside its launches, which are timed alone in a loop. " +
  "A convolution's operations are the direct algorithm's; Winograd's does fewer and can exceed the peak.";

/** A number with three digits and without an exponent: 0.00123, 1.23, 123, 1234. */
const significant = (value: number) =>
  value >= 100 ? value.toFixed(0) : value === 0 ? "0" : Number(value.toPrecision(3)).toString();

const cells = (results: readonly Result[]) =>
  results.map((result, i) => {
    const row = columns.map(([, cell]) => cell(result));
    const same = i > 0 && columns[0][1](results[i - 1]) === row[0];
    return same ? ["", ...row.slice(1)] : row;
  });

/** Aligned columns with numbers to the right. The name of a workload stands only on its first line. */
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
