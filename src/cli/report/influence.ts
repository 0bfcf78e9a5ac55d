import type { Disturbance, InfluenceResult } from "../../experiments/influence.js";
import { influenceCell } from "../../show/influence.js";
import type { Texts } from "../text/en/index.js";
import { caption, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

const headIn = ({ influence, disturbances }: Texts): string[] => [
  influence.norm,
  ...Object.values(disturbances.titles),
  influence.shift,
  influence.scale,
];

function rowsIn({ rows }: InfluenceResult, { common, disturbances }: Texts): string[][] {
  const { titles, parts, refused } = disturbances;
  const names = Object.keys(titles) as Disturbance[];
  return rows.map(({ norm, influences, invariant }) => [
    norm,
    ...names.map((name) => {
      const refuses = influences[name].own === null;
      return refuses ? refused : influenceCell(influences[name]);
    }),
    ...[invariant.shift, invariant.scale].map(
      (list) => list.map((part) => parts[part]).join(common.list) || "–",
    ),
  ]);
}

export const influenceText = (result: InfluenceResult, texts: Texts): string =>
  `${alignedTable(headIn(texts), rowsIn(result, texts))}\n\n${texts.influence.explained}`;

export function influenceReport(result: InfluenceResult, texts: Texts): Report {
  const { config, rows } = result;
  const { title, summary, lead, moves } = texts.influence;
  const paying = rows.filter(({ influences }) => (influences.outlier.others ?? 0) > 0);
  const names = paying.map(({ norm }) => norm).join(texts.common.list);
  return {
    title,
    summary: summary(config.outlier, paying.length, rows.length, names),
    lead: lead(config.shape.join(", ")),
    sections: [
      {
        title: moves.title,
        html: `${htmlTable(headIn(texts), rowsIn(result, texts), texts)}
${caption(moves.caption(config.shift, config.scale))}`,
      },
    ],
  };
}
