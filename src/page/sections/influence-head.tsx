import type { Signal } from "@preact/signals";
import { disturbances } from "../../experiments/influence/disturb.js";
import { type Column, nextOrder, type Order, payersOf, shares } from "../influence-rows.js";
import { useTexts } from "../text/texts.js";

const arrows = { ascending: "▲", descending: "▼" };

/** The heads of the columns. A press of one sorts by it. */
export function InfluenceHead({ order }: { order: Signal<Order | null> }) {
  const { breakIt, influence, see } = useTexts();
  const { table } = breakIt;
  const { words } = influence;
  const head = (column: Column, shown: string, whole: string, rest: object) => {
    const direction = order.value?.column === column ? order.value.direction : null;
    const sort = () => {
      order.value = nextOrder(order.peek(), column);
    };
    return (
      <th key={column} scope="col" aria-sort={direction ?? "none"} {...rest}>
        <button type="button" aria-label={table.sort(whole)} onClick={sort}>
          {shown} <span aria-hidden="true">{direction ? arrows[direction] : "↕"}</span>
        </button>
      </th>
    );
  };
  const invariances = (["shift", "scale"] as const).map((column) =>
    head(column, words[column], words[column], { rowSpan: 2, class: "of-invariance" }),
  );
  return (
    <thead>
      <tr>
        {head("norm", see.method, see.method, { rowSpan: 2 })}
        {disturbances.map((name) => (
          <th
            key={name}
            scope="colgroup"
            colSpan={payersOf(name).length}
            class={`of-${name} first`}
          >
            {influence.disturbances[name]}
          </th>
        ))}
        {invariances}
      </tr>
      <tr>
        {shares.map(({ column, disturbance, payer }) =>
          head(
            column,
            table[payer],
            `${table[payer]}: ${influence.disturbances[disturbance]}, ${table[`${payer}Long`]}`,
            { class: `of-${disturbance}${payer === "own" ? " first" : ""}` },
          ),
        )}
      </tr>
    </thead>
  );
}
