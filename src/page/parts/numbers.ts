// Numbers as the figures show them, with a real minus sign.

const minus = (text: string): string => text.replaceAll("-", "−");

/** In a cell, in four characters at most: −.3, 1.2, 24, 3k. Other sizes are powers of ten. */
export function inCell(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : minus(value < 0 ? "-∞" : "∞");
  if (size < 0.05) return "0";
  if (size < 9.95) return minus(value.toFixed(1).replace(/^(-?)0\./, "$1."));
  if (size < 999.5) return minus(value.toFixed(0));
  if (size < 99_500) return minus(`${(value / 1000).toFixed(0)}k`);
  return minus(value.toExponential(0).replace("+", ""));
}

/** In a sentence or a formula: three decimals, or powers of ten where these say nothing. */
export function exact(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return inCell(value);
  if (size !== 0 && (size < 0.001 || size >= 100_000))
    return minus(value.toExponential(2).replace("+", ""));
  return minus(value.toFixed(3));
}

/** The same without zeros at its end: 0.2, 1, 0.462. */
export const plain = (value: number): string =>
  exact(value)
    .replace(/^([^e]*\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");

/** With five digits that count: the terms of a formula must give its result, as it is shown, on a pocket calculator. */
export const term = (value: number): string =>
  Math.abs(value) >= 0.001 && Math.abs(value) < 100_000
    ? minus(String(Number(value.toPrecision(5))))
    : plain(value);

/** The colour of a cell, −5 to 5, from blue to orange. */
export function level(value: number, scale: number): number {
  if (Number.isNaN(value)) return 0;
  const share = Math.max(-1, Math.min(1, value / (scale || 1)));
  return Math.round(5 * share) || 0;
}

/** The size that nearly all values stay below: one outlier does not make all others pale. */
export function scaleOf(values: ArrayLike<number>): number {
  const sizes = Array.from(values, Math.abs)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return sizes[Math.floor(0.95 * (sizes.length - 1))] ?? 1;
}

/** H·W as rows and columns: 4 is 2 × 2, 6 is 2 × 3, 5 is one row. */
export function planeOf(positions: number): [rows: number, columns: number] {
  for (let rows = Math.floor(Math.sqrt(positions)); rows > 1; rows--)
    if (positions % rows === 0) return [rows, positions / rows];
  return [1, positions];
}

/** A share of 0 to 1 in percent, by the sign of a language. Only what is nothing or all is called so. */
export function percent(share: number, sign: string): string {
  const rounded = Math.round(100 * share);
  if (share > 0 && rounded === 0) return `<1${sign}`;
  return `${share < 1 && rounded === 100 ? ">99" : rounded}${sign}`;
}
