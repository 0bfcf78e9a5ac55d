import { methodDescriptions } from "../../experiments/methods/descriptions.js";
import { change, state, useFields } from "../model.js";
import { Select } from "../parts/fields.js";
import { Section } from "../parts/section.js";
import { dependences, learnt, pooled, writeHash } from "../state.js";
import { useTools } from "../text/texts.js";
import type { ToolsData } from "../tools/data.js";
import { axesOf, passes } from "./columns.js";

/** The table of all methods. `see` is the address of the document that shows one. */
export function Methods({ learns, see }: Pick<ToolsData, "learns"> & { see: string }) {
  const texts = useTools();
  const { table, methods, families } = texts;
  const filters = useFields("dependence", "learns", "pools");
  const link = (method: string, from = state.value) =>
    see + writeHash({ ...from, method, number: 0 }, "see");
  const shown = methodDescriptions
    .map(({ name, methods }) => ({
      family: name,
      rows: methods.filter((row) => passes(row, learns[row.name], filters)),
    }))
    .filter(({ rows }) => rows.length > 0);
  const count = shown.reduce((sum, { rows }) => sum + rows.length, 0);
  const all = Object.keys(learns).length;
  const levers = [
    ["dependence", dependences],
    ["learns", learnt],
    ["pools", pooled],
  ] as const;
  return (
    <Section name="methods" heading={table.heading} lead={table.lead}>
      <div class="levers">
        {levers.map(([field, options]) => (
          <Select
            key={field}
            label={table.filters[field]}
            value={filters[field] as string}
            change={(value) => change({ [field]: value })}
          >
            {options.map((option) => (
              <option key={option} value={option}>
                {(table[field] as Record<string, string>)[option || "any"]}
              </option>
            ))}
          </Select>
        ))}
        <output class="hint">{table.count(count, all)}</output>
      </div>
      <div class="methods">
        <table aria-label={table.heading}>
          <thead>
            <tr>
              {table.head.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          {shown.map(({ family, rows }) => (
            <tbody key={family}>
              <tr>
                <th scope="rowgroup" colSpan={table.head.length}>
                  {families[family]}
                </th>
              </tr>
              {rows.map((row) => {
                const { title, statistics, learned } = methods[row.name];
                const cells = [axesOf(row) || "–", statistics, learned];
                return (
                  <tr key={row.name}>
                    <th scope="row">
                      <a
                        href={link(row.name)}
                        onClick={({ currentTarget }) => {
                          currentTarget.href = link(row.name);
                        }}
                      >
                        {title}
                      </a>{" "}
                      <code>{row.name}</code>
                    </th>
                    {[...cells, table.dependence[row.batch]].map((cell, i) => (
                      <td key={i} data-of={table.head[i + 1]}>
                        {cell}
                      </td>
                    ))}
                  </tr>
                );
              })}
            </tbody>
          ))}
        </table>
      </div>
      {count === 0 && <p>{table.none}</p>}
    </Section>
  );
}
