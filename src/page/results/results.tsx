import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { smooth } from "../../show/smooth.js";
import { Chart, type Line } from "../parts/chart.js";
import { Code } from "../parts/copy.js";
import { Complaint } from "../parts/fields.js";
import { FileDrop } from "../parts/file-drop.js";
import { exact } from "../parts/numbers.js";
import { Scrolled } from "../parts/scrolled.js";
import { Section } from "../parts/section.js";
import { type ToolsTexts, useTools } from "../text/texts.js";
import {
  beside,
  type Curves,
  rangeOf,
  readResult,
  type Table,
  type Views,
  viewsOf,
} from "./views.js";

/** The largest file that is read, in bytes. */
const MOST_BYTES = 64e6;
/** How many stand side by side. */
const MOST = 2;

/** The experiments whose files can be dropped, by their commands. */
const COMMANDS = [
  ...["compare", "gradients", "running-stats", "padding", "transformer", "style"],
  ...["layers", "see", "influence", "choose"],
];

interface Opened {
  name: string;
  views: Views;
}

/** Why a file is refused, by the key of the sentence that says so. */
function whyRefused(error: unknown): keyof ToolsTexts["results"]["refused"] {
  if (!(error instanceof RangeError)) return "unreadable";
  const [known] = /not JSON|too large/.exec(error.message) ?? [];
  return (known as "not JSON" | "too large") ?? "no settings"; // or it is nested too deep to be a result
}

/** Files that the command or this page has written, one or two side by side. */
export function Results() {
  const { results } = useTools();
  const opened = useSignal<readonly Opened[]>([]);
  const refused = useSignal<{ why: keyof typeof results.refused; name: string } | null>(null);
  const take = async (files: File[]) => {
    refused.value = null;
    for (const file of files.slice(-MOST)) {
      try {
        if (file.size > MOST_BYTES) throw new RangeError("too large");
        const views = viewsOf(readResult(await file.text()));
        opened.value = [...opened.value, { name: file.name, views }].slice(-MOST);
      } catch (error) {
        refused.value = { why: whyRefused(error), name: file.name };
      }
    }
  };
  const names = opened.value.map(({ name }, i) =>
    opened.value.length > 1 ? `${i + 1}: ${name}` : name,
  );
  const { curves, tables } = beside(opened.value.map(({ views }) => views));
  return (
    <Section name="results" heading={results.heading} lead={results.lead}>
      <FileDrop
        label={results.file}
        choose={results.choose}
        hint={results.hint}
        accept=".json,application/json"
        multiple
        take={take}
      >
        {refused.value && (
          <Complaint text={results.refused[refused.value.why](refused.value.name)} />
        )}
        {opened.value.length > 0 && (
          <ul class="opened">
            {names.map((name, i) => (
              <li key={name}>
                {name}{" "}
                <button
                  type="button"
                  class="quiet"
                  onClick={() => (opened.value = opened.value.filter((_, k) => k !== i))}
                  aria-label={`${results.remove}: ${name}`}
                >
                  {results.remove}
                </button>
              </li>
            ))}
          </ul>
        )}
      </FileDrop>
      {opened.value.length === 0 && (
        <div class="commands">
          <p class="hint">{results.commands}</p>
          {COMMANDS.map((name) => (
            <Code
              key={name}
              label={results.about[name as keyof typeof results.about]}
              text={`npx evenkeel ${name}`}
            />
          ))}
        </div>
      )}
      <p class="unseen" role="status">
        {names.length > 0 && results.shown(names.join(", "))}
      </p>
      {curves.map(({ title, of }) => (
        <Pair key={title} title={title} names={names}>
          {of.map((each) => each && <Drawn curves={each} all={of} />)}
        </Pair>
      ))}
      {tables.map(({ title, of }) => (
        <Pair key={title} title={title} names={names}>
          {of.map((each, i) => each && <Rows table={each} label={`${title} ${names[i]}`} />)}
        </Pair>
      ))}
    </Section>
  );
}

/** What two files have of the same name, side by side; what one lacks stays empty. */
function Pair(props: { title: string; names: string[]; children: (VNode | undefined)[] }) {
  const { title, names, children } = props;
  return (
    <>
      <h3>
        <code>{title || "result"}</code>
      </h3>
      <div class={names.length > 1 ? "pair" : undefined}>
        {children.map((child, i) => (
          <div key={names[i]}>
            {names.length > 1 && <p class="hint">{names[i]}</p>}
            {child ?? "–"}
          </div>
        ))}
      </div>
    </>
  );
}

/** Long curves are noise without it. */
const WINDOW = 15;

const smoothed = (points: Line["points"]): Pick<Line, "points" | "raw"> => {
  if (points.length < 4 * WINDOW || points.some(([, y]) => !Number.isFinite(y))) return { points };
  const ys = smooth(
    points.map(([, y]) => y),
    WINDOW,
  );
  return { points: points.map(([x], i) => [x, ys[i]] as const), raw: [points] };
};

/** The curves of one file, on the scales of all. */
function Drawn({ curves, all }: { curves: Curves; all: readonly (Curves | undefined)[] }) {
  const { results } = useTools();
  const points = all.flatMap((each) => each?.lines.flatMap(({ points }) => points) ?? []);
  const ends = curves.lines.map(({ label, points }) =>
    results.end(label, exact(points.findLast(([, y]) => Number.isFinite(y))?.[1] ?? Number.NaN)),
  );
  return (
    <Chart
      title=""
      summary={ends.join(results.comma)}
      lines={curves.lines.map((line, look) => ({ ...line, ...smoothed(line.points), look }))}
      x={rangeOf(points.map(([x]) => x))}
      y={rangeOf(points.map(([, y]) => y))}
      xLabel=""
      format={(y) => String(Number(y.toPrecision(4))).replace("-", "−")}
      height={260}
    />
  );
}

const Rows = ({ table, label }: { table: Table; label: string }) => (
  <Scrolled label={label}>
    <table class="lanes" aria-label={label}>
      {table.head.some(Boolean) && (
        <thead>
          <tr>
            {table.head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {table.rows.map((row, i) => (
          <tr key={i}>
            {row.map((cell, k) =>
              k === 0 ? (
                <th key={k} scope="row">
                  {cell}
                </th>
              ) : (
                <td key={k}>{cell}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  </Scrolled>
);
