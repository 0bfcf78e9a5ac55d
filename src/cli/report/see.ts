import type { SeeConfig, SeeResult, Sight } from "../../experiments/see.js";
import { escapeHtml } from "../../show/escape-html.js";
import { arithmetic, digits, formulaOf, placeIn } from "../../show/see.js";
import type { Texts } from "../text/en/index.js";
import { caption, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

/** `at`: the sample, channel and position whose arithmetic is shown. */
export type SeeOutcome = SeeResult & { config: SeeConfig & { at: readonly number[] } };

/** A table for each sample: its inputs x and outputs y by channel and position. */
function tables(sight: Sight, { see }: Texts): { head: string[]; rows: string[][] }[] {
  const { shape, input, output, of } = sight;
  const [n, c, h, w] = shape;
  const plane = h * w;
  const numbers = (name: string) => Array.from({ length: plane }, (_, p) => `${name}${p}`);
  return Array.from({ length: n }, (_, i) => ({
    head: [`${see.outer[of]} ${i}`, ...numbers("x"), ...numbers("y")],
    rows: Array.from({ length: c }, (_, k) => {
      const first = placeIn(sight, [i, k, 0]);
      const cells = [input, output].flatMap((list) => [...list.subarray(first, first + plane)]);
      return [`${see.inner[of]} ${k}`, ...cells.map(digits)];
    }),
  }));
}

function explained({ config: { at, training }, sight }: SeeOutcome, { see }: Texts): string[] {
  const formula = see.formula(formulaOf(sight));
  const plane = sight.shape[2] * sight.shape[3];
  const shown = [at[0], at[1], Math.min(at[2], plane - 1)];
  const sum = arithmetic(sight, placeIn(sight, shown), formula, see.arithmetic);
  return [
    training ? see.training(sight.norm, formula) : see.evaluation(sight.norm, formula),
    see.place(shown.join(","), sum),
  ];
}

export const seeText = (result: SeeOutcome, texts: Texts): string =>
  [
    ...tables(result.sight, texts).map(({ head, rows }) => `${alignedTable(head, rows)}\n`),
    ...explained(result, texts),
  ].join("\n");

export function seeReport(result: SeeOutcome, texts: Texts): Report {
  const { config, sight } = result;
  const { see } = texts;
  const [formula, example] = explained(result, texts);
  const shape = sight.shape.join(", ");
  const numbers = tables(sight, texts).map(({ head, rows }) => htmlTable(head, rows, texts));
  return {
    title: see.title,
    summary: see.summary(formula),
    lead: config.values ? see.given(sight.norm, shape) : see.drawn(sight.norm, shape, config.seed),
    sections: [
      { title: see.one, html: `<p>${escapeHtml(example).replace("\n", "<br>")}</p>` },
      { title: see.all.title, html: `${numbers.join("\n")}\n${caption(see.all.caption)}` },
    ],
  };
}
