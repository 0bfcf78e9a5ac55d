import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { disturbances } from "../../experiments/influence/disturb.js";
import type { InfluenceRow } from "../../experiments/influence.js";
import { call } from "../engine/engine.js";
import { familiesOf, found, type Order, sorted } from "../influence-rows.js";
import { change, useFields } from "../model.js";
import { Select } from "../parts/fields.js";
import { useOwnId } from "../parts/late.js";
import { useNear } from "../parts/near.js";
import { useResult, withMachine } from "../share/figures.js";
import { titleOf, useTexts } from "../text/texts.js";
import { InfluenceCells } from "./influence-cells.js";
import { InfluenceHead } from "./influence-head.js";

/** All methods under everything that goes wrong: recorded ones first, then those that are computed here. */
export function InfluenceTable({ first }: { first: readonly InfluenceRow[] }) {
  const texts = useTexts();
  const { breakIt, influence, families } = texts;
  const { table } = breakIt;
  const rows = useSignal(first);
  useResult("break", () =>
    withMachine({ config: { norms: rows.value.map(({ norm }) => norm) }, rows: rows.value }),
  );
  const took = useSignal<number | null>(null);
  const order = useSignal<Order | null>(null);
  const filter = useSignal({ family: "", text: "" });
  const chosen = useSignal<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const find = useOwnId();
  const compute = async () => {
    await call("check", { norms: [], width: 8 }); // the engine's start is not part of the time
    const start = performance.now();
    rows.value = await call("influence", {});
    took.value = performance.now() - start;
  };
  // without an engine the rows stay as they were built, and the page says why
  useNear(box, () => void compute().catch(() => {}));
  const { norm, disturbance } = useFields("norm", "disturbance");
  const view = chosen.value ?? disturbance; // that of the figure, until another one is chosen
  const title = (row: InfluenceRow) => titleOf(row.norm, texts);
  const shown = sorted(
    found(rows.value, filter.value, (row) => [row.norm, title(row)]),
    order.value,
    title,
  );
  const show = (name: string) => {
    change({ norm: name, method: name, number: 0 });
    document.querySelector("#break .breakage")?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div class="influence" ref={box}>
      <h3>{table.heading}</h3>
      <p class="hint">
        {table.caption}
        {table.press}
      </p>
      <p class="hint when">
        {took.value === null ? table.built : table.live(took.value.toFixed(0))}
      </p>
      <div class="levers">
        <div class="view">
          <Select label={table.view} value={view} change={(name) => (chosen.value = name)}>
            {disturbances.map((name) => (
              <option key={name} value={name}>
                {influence.disturbances[name]}
              </option>
            ))}
            <option value="invariance">{table.invariance}</option>
          </Select>
        </div>
        <Select
          label={table.family}
          value={filter.value.family}
          change={(family) => (filter.value = { ...filter.value, family })}
        >
          <option value="">{table.all}</option>
          {familiesOf(first).map((name) => (
            <option key={name} value={name}>
              {families[name]}
            </option>
          ))}
        </Select>
        <div class="field">
          <label for={find}>{table.find}</label>
          <input
            id={find}
            type="text"
            value={filter.value.text}
            onInput={(e) => (filter.value = { ...filter.value, text: e.currentTarget.value })}
          />
        </div>
        <output class="hint">{table.count(shown.length, first.length)}</output>
      </div>
      <table class={`view-${view}`} aria-label={table.heading}>
        <InfluenceHead order={order} />
        <tbody>
          {shown.map((row) => (
            <tr key={row.norm} class={row.norm === norm ? "chosen" : undefined}>
              <th scope="row">
                <button
                  type="button"
                  aria-pressed={row.norm === norm}
                  onClick={() => show(row.norm)}
                >
                  {title(row)}
                </button>
              </th>
              <InfluenceCells row={row} />
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p>{table.none}</p>}
    </div>
  );
}
