import type { ReadonlySignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Sight } from "../../experiments/see.js";
import { useRows } from "../share/figures.js";
import { Cells, CellText } from "./cells.js";
import { classOf, type Lit, useLit } from "./lit.js";
import { inCell, level, planeOf, scaleOf } from "./numbers.js";

interface GridProps {
  title: string;
  sight: Sight;
  values: ArrayLike<number>;
  lit: ReadonlySignal<Lit>;
  /** Points at another number. */
  point: (index: number) => void;
  /** A number in words, for those who do not see it. */
  say: (index: number) => string;
  /** What a row is called: a sample, or an output of a weight. */
  row: string;
}

/** The numbers as a table: rows are samples, blocks are channels, and a block holds the positions of its plane. */
export function Grid({ title, sight, values, lit, point, say, row }: GridProps) {
  const table = useRef<HTMLTableElement>(null);
  const [n, c, h, w] = sight.shape;
  const [rows, columns] = planeOf(h * w);
  const scale = scaleOf(values);
  const now = lit.peek();
  useLit(table, lit);
  // Without the program nobody can go from number to number: the document is 2 KB smaller without what this needs.
  useLayoutEffect(() => {
    for (const cell of table.current?.querySelectorAll<HTMLElement>("[data-i]") ?? []) {
      const index = Number(cell.dataset.i);
      const words = say(index);
      if (cell.getAttribute("aria-label") !== words) cell.setAttribute("aria-label", words); // most of them stay
      const stop = index === lit.peek().at ? 0 : -1;
      if (cell.getAttribute("tabindex") !== String(stop)) cell.tabIndex = stop;
    }
  });
  useRows(table, () => [
    ["N", "C", "H·W", title],
    ...Array.from(values, (value, i) => {
      const plane = h * w;
      return [Math.floor(i / (c * plane)), Math.floor(i / plane) % c, i % plane, value];
    }),
  ]);

  const indexOf = (event: Event) => {
    const cell = (event.target as Element).closest?.("[data-i]");
    return cell ? Number(cell.getAttribute("data-i")) : null;
  };
  const pointAt = (event: Event) => {
    const index = indexOf(event);
    if (index !== null && index !== lit.peek().at) point(index);
  };
  const go = (event: KeyboardEvent) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const index = moved(lit.peek().at, move, { c, rows, columns, n });
    point(index);
    table.current?.querySelector<HTMLElement>(`[data-i="${index}"]`)?.focus();
  };
  const cell = (i: number, edge: string) => (
    <td key={i} data-i={i} class={`v${level(values[i], scale)}${edge}${classOf(i, now)}`}>
      <CellText text={inCell(values[i])} />
    </td>
  );
  return (
    <table
      ref={table}
      class="grid"
      role="grid"
      aria-label={title}
      onPointerOver={pointAt}
      onPointerDown={pointAt}
      onFocusIn={pointAt}
      onKeyDown={go}
    >
      <caption>{title}</caption>
      <Cells shape={sight.shape} row={row} cell={cell} />
    </table>
  );
}

const moves: Record<string, [down: number, right: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface Sides {
  n: number;
  c: number;
  rows: number;
  columns: number;
}

/** The index beside another one, as the table lies before the eye. It stays where the table ends. */
export function moved(
  index: number,
  [down, right]: [number, number],
  { n, c, rows, columns }: Sides,
): number {
  const plane = rows * columns;
  const [sample, channel] = [Math.floor(index / (c * plane)), Math.floor(index / plane) % c];
  const [r, k] = [Math.floor((index % plane) / columns), index % columns];
  const keep = (value: number, most: number) => Math.max(0, Math.min(most - 1, value));
  const y = keep(sample * rows + r + down, n * rows);
  const x = keep(channel * columns + k + right, c * columns);
  return (
    ((Math.floor(y / rows) * c + Math.floor(x / columns)) * rows + (y % rows)) * columns +
    (x % columns)
  );
}
