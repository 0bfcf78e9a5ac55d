import type { VNode } from "preact";
import type { MapShape } from "../../experiments/sets.js";
import { planeOf } from "./numbers.js";

/** The rows of a table of numbers: rows are samples, blocks are channels, a block has the positions of its plane. */
export function Cells(props: {
  shape: MapShape;
  /** What a row is called: a sample, or an output of a weight. */
  row: string;
  /** The cell of an index; `edge` are the classes of one that stands at the left or upper edge of its block. */
  cell: (index: number, edge: string) => VNode;
}) {
  const { shape, row, cell } = props;
  const [n, c, h, w] = shape;
  const [rows, columns] = planeOf(h * w);
  return (
    <tbody>
      {count(n).flatMap((sample) =>
        count(rows).map((r) => (
          <tr key={`${sample}-${r}`}>
            {r === 0 && (
              <th scope="row" rowSpan={rows} aria-label={`${row} ${sample}`}>
                {sample}
              </th>
            )}
            {count(c).flatMap((channel) =>
              count(columns).map((k) =>
                cell(
                  ((sample * c + channel) * rows + r) * columns + k,
                  `${k === 0 ? " first" : ""}${r === 0 ? " top" : ""}`,
                ),
              ),
            )}
          </tr>
        )),
      )}
    </tbody>
  );
}

/** The text of a cell. Its size is that of the cell, which the outer element tells: a cell itself cannot. */
export const CellText = ({ text }: { text: string }) => (
  <span>
    <span>{text}</span>
  </span>
);

const count = (length: number) => Array.from({ length }, (_, i) => i);
