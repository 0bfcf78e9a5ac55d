import type { SeeConfig, SeeResult, Sight } from "../../experiments/see.js";
import { escapeHtml } from "../../show/escape-html.js";
import { arithmetic, digits, formulaOf, placeIn } from "../../show/see.js";
import { htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

/** `at`: the sample, channel and position whose arithmetic is shown. */
export type SeeOutcome = SeeResult & { config: SeeConfig & { at: readonly number[] } };

/** What samples and channels are called. */
const wordsOf = ({ of }: Sight): [string, string] =>
  of === "weight" ? ["output", "input"] : ["sample", of === "maps" ? "channel" : "feature"];

/** A table for each sample: its inputs x and outputs y by channel and position. */
function tables(sight: Sight): { head: string[]; rows: string[][] }[] {
  const { shape, input, output } = sight;
  const [n, c, h, w] = shape;
  const plane = h * w;
  const [outer, inner] = wordsOf(sight);
  const numbers = (name: string) => Array.from({ length: plane }, (_, p) => `${name}${p}`);
  return Array.from({ length: n }, (_, i) => ({
    head: [`${outer} ${i}`, ...numbers("x"), ...numbers("y")],
    rows: Array.from({ length: c }, (_, k) => {
      const first = placeIn(sight, [i, k, 0]);
      const cells = [input, output].flatMap((list) => [...list.subarray(first, first + plane)]);
      return [`${inner} ${k}`, ...cells.map(digits)];
    }),
  }));
}

function explained({ config: { at, training }, sight }: SeeOutcome): string[] {
  const mode = training ? "in training" : "in evaluation";
  const plane = sight.shape[2] * sight.shape[3];
  const shown = [at[0], at[1], Math.min(at[2], plane - 1)];
  return [
    `${sight.norm} ${mode}: ${formulaOf(sight)}`,
    `At ${shown.join(",")}: ${arithmetic(sight, placeIn(sight, shown))}`,
  ];
}

export const seeText = (result: SeeOutcome): string =>
  [
    ...tables(result.sight).map(({ head, rows }) => `${alignedTable(head, rows)}\n`),
    ...explained(result),
  ].join("\n");

export function seeReport(result: SeeOutcome): Report {
  const { config, sight } = result;
  const [formula, example] = explained(result);
  const source = config.values ? "given" : `drawn from seed ${config.seed}`;
  return {
    title: "What a norm makes of a few numbers",
    summary: `${formula}.`,
    lead: `${escapeHtml(sight.norm)} on numbers [${sight.shape.join(", ")}], ${source}.`,
    sections: [
      { title: "One output", html: `<p>${escapeHtml(example).replace("\n", "<br>")}</p>` },
      {
        title: "All numbers",
        html: `${tables(sight)
          .map(({ head, rows }) => htmlTable(head, rows))
          .join("\n")}
<p class="caption">x: inputs, y: outputs, by position.</p>`,
      },
    ],
  };
}
