import type { NormSummary } from "../../experiments/summary.js";
import { mebibytes, percent } from "../../show/columns.js";
import type { Texts } from "../text/en/index.js";
import { caption, htmlTable, type Section } from "./page.js";

/**
 * The third article's results (section 5.1). Its code does not measure them, and of its memory column only the heading
 * remains.
 */
const printed = {
  bn: ["92.3 %", "1.00×", "collapses"],
  ln: ["90.1 %", "1.10×", "stable"],
  in: ["88.5 %", "1.20×", "stable"],
  gn: ["91.7 %", "1.05×", "stable"],
} as const;

/** The article's figures beside the measured ones. Empty if none of its norms has run. */
export function articleSection(rows: readonly NormSummary[], texts: Texts): Section[] {
  const { article } = texts.compare;
  const known = rows.filter(({ norm }) => Object.hasOwn(printed, norm));
  if (known.length === 0) return [];
  const head = [
    article.norm,
    ...article.columns.flatMap((title) => [article.there(title), article.here]),
  ];
  // the article's times are relative to batch norm
  const unit = (known.find(({ norm }) => norm === "bn") ?? known[0]).epochSeconds;
  const lines = known.map((row) => {
    const [accuracy, time, batch1] = printed[row.norm as keyof typeof printed];
    return [
      row.norm,
      ...[accuracy, percent(row.testAccuracy)],
      ...[time, `${(row.epochSeconds / unit).toFixed(2)}×`],
      ...[article[batch1], row.batch1Train ? percent(row.batch1Train) : "–"],
      ...["–", mebibytes(row)],
    ];
  });
  const html = `${htmlTable(head, lines, texts)}\n${caption(article.caption)}`;
  return [{ title: article.title, html }];
}
