// The order and the choice of the rows in the table of who pays.
import { type Disturbance, disturbances } from "../experiments/influence/disturb.js";
import type { InfluenceRow } from "../experiments/influence.js";
import { methodDescriptions } from "../experiments/methods/descriptions.js";
import { nameOf } from "./state.js";

/** Whose outputs move. */
export type Payer = "own" | "others";
export type Column = "norm" | "shift" | "scale" | `${Disturbance}.${Payer}`;

/** Those whose outputs can move: a sample that is alone has no others. */
export const payersOf = (disturbance: Disturbance): Payer[] =>
  disturbance === "alone" ? ["own"] : ["own", "others"];

/** The columns of shares, from left to right. */
export const shares = disturbances.flatMap((disturbance) =>
  payersOf(disturbance).map((payer) => ({
    disturbance,
    payer,
    column: `${disturbance}.${payer}` as Column,
  })),
);

export interface Order {
  column: Column;
  direction: "ascending" | "descending";
}

/** What a row is sorted by: a share, or the number of parts that it is invariant to. null: it was refused. */
function rankOf({ influences, invariant }: InfluenceRow, column: Column): number | null {
  if (column === "shift" || column === "scale") return invariant[column].length;
  const share = shares.find((each) => each.column === column);
  return share ? influences[share.disturbance][share.payer] : null;
}

/** The rows in an order; those without a value are last. Equal ones keep their order. */
export function sorted(
  rows: readonly InfluenceRow[],
  order: Order | null,
  title: (row: InfluenceRow) => string,
): InfluenceRow[] {
  if (!order) return [...rows];
  const { column, direction } = order;
  const sign = direction === "ascending" ? 1 : -1;
  return [...rows].sort((a, b) => {
    if (column === "norm") return sign * title(a).localeCompare(title(b));
    const [x, y] = [rankOf(a, column), rankOf(b, column)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x - y);
  });
}

/** The order after a column was pressed: most first (names: from the first letter), then the reverse, then none. */
export function nextOrder(order: Order | null, column: Column): Order | null {
  const first = column === "norm" ? "ascending" : "descending";
  if (order?.column !== column) return { column, direction: first };
  return order.direction === first
    ? { column, direction: first === "ascending" ? "descending" : "ascending" }
    : null;
}

const familyOf = new Map<string, string>(
  methodDescriptions.flatMap(({ name, methods }) =>
    methods.map((method) => [method.name, name] as const),
  ),
);

/** Rows of a family (all: "") whose names have each word of a text. */
export function found(
  rows: readonly InfluenceRow[],
  { family, text }: { family: string; text: string },
  names: (row: InfluenceRow) => readonly string[],
): InfluenceRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const all = names(row).join(" ").toLowerCase();
    const fits = family === "" || familyOf.get(nameOf(row.norm)) === family;
    return fits && words.every((word) => all.includes(word));
  });
}

/** The families that have a row, in their order. */
export const familiesOf = (rows: readonly InfluenceRow[]): string[] => [
  ...new Set(rows.map(({ norm }) => familyOf.get(nameOf(norm)) ?? "").filter(Boolean)),
];
