import type { Cell } from "./figures.js";

/** One line a row (RFC 4180). A text that a spreadsheet would take for a formula is made one that it does not. */
export const csvOf = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");

function cellOf(cell: Cell): string {
  if (typeof cell === "number") return Number.isNaN(cell) ? "" : String(cell);
  const text = /^[=+@\t\r]|^-(?![\d.])/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The words of a table as it is shown; numbers have the minus sign of computers. */
export const rowsOfTable = (table: HTMLTableElement): string[][] =>
  [...table.rows].map((row) =>
    [...row.cells].map((cell) => (cell.textContent ?? "").trim().replace(/^−(?=[\d.])/, "-")),
  );
