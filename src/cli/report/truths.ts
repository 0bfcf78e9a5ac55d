import type { Truth } from "../../experiments/truths.js";
import { percent } from "../../show/columns.js";
import type { Texts } from "../text/en/index.js";
import { caption, htmlTable, type Section } from "./page.js";

/** A claim, whether it holds, and the numbers that decide. */
function told(
  truth: Truth,
  { truths, common }: Texts,
): [claim: string, verdict: string, figures: string] {
  const { holds, holding, seeds, unit } = truth;
  const figures = truth.figures.map(({ name, spread }) => {
    const plain = `${spread.mean.toFixed(3)} ± ${(spread.deviation ?? 0).toFixed(3)}`;
    return `${common.truths.figure(name)} ${unit === "%" ? percent(spread) : plain}`;
  });
  return [truths(truth), common.truths.verdict(holds, holding, seeds), figures.join(common.comma)];
}

/** One line for each claim. Empty if no claim was tested, as with a single seed. */
export const truthsText = (truths: readonly Truth[], texts: Texts): string =>
  truths
    .map((truth) => texts.common.truths.line(...told(truth, texts)))
    .map((line, i) => `${i === 0 ? "\n\n" : "\n"}${line}`)
    .join("");

export const truthsSection = (truths: readonly Truth[], texts: Texts): Section[] => {
  const { title, head, caption: below } = texts.common.truths;
  if (truths.length === 0) return [];
  const table = htmlTable(
    head,
    truths.map((truth) => told(truth, texts)),
    texts,
  );
  return [{ title, html: `<div class="prose">${table}</div>\n${caption(below(truths[0].seeds))}` }];
};
