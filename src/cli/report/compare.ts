import type { CompareResult } from "../../experiments/compare.js";
import { summarize } from "../../experiments/summary.js";
import { compareTruths } from "../../experiments/truths.js";
import { percent } from "../../show/columns.js";
import { finished } from "../../show/words.js";
import type { Texts } from "../text/en/index.js";
import { articleSection } from "./article-table.js";
import { accuracyChart, lossChart } from "./charts.js";
import { evaluationSection, probeSection } from "./on-the-way.js";
import { caption, chart, htmlTable, type Report } from "./page.js";
import { footnotes, normCells } from "./table.js";
import { truthsSection } from "./truths.js";

/** The number of best norms that the sentence names. */
const TOLD = 8;

/** How far a stopped comparison came. */
export function stoppedText(
  { config, runs, unfinished = [] }: CompareResult,
  { compare, common }: Texts,
): string {
  const planned = config.norms.length * config.seeds;
  return [
    compare.stopped(finished(runs), planned),
    ...unfinished.map(({ norm, seed, losses }) => compare.unfinished(norm, seed, losses.length)),
  ].join(common.space);
}

function lead({ config }: CompareResult, { compare, common, facts }: Texts): string {
  const { width, trainImages, data, steps, epochs, batchSize, seeds } = config;
  const images = String(trainImages ?? compare.the);
  const source = data === undefined ? compare.given : facts.value(String(data));
  const length = steps ? common.number.steps(steps) : compare.epochs(epochs);
  return [
    compare.net(width, images, source),
    compare.training(length, batchSize, common.number.seeds(seeds)),
    compare.same,
  ].join(common.space);
}

export function compareReport(result: CompareResult, texts: Texts): Report {
  const { config, runs } = result;
  const { compare, common } = texts;
  const { loss, accuracy, table } = compare;
  const rows = summarize(result);
  const planned = config.norms.length * config.seeds;
  const best = [...rows].sort((a, b) => b.testAccuracy.mean - a.testAccuracy.mean);
  const told = best.slice(0, TOLD).map((row) => `${row.norm} ${percent(row.testAccuracy)}`);
  const isStopped = finished(runs) < planned;
  const several = config.seeds > 1;
  const cells = htmlTable(
    compare.head,
    rows.map((row) => normCells(row, texts)),
    texts,
  );
  const notes = footnotes(rows, texts).join(common.semicolon);
  return {
    title: compare.title(rows.length),
    summary: compare.summary(told.join(common.comma), best.length > told.length),
    lead: lead(result, texts),
    ...(isStopped && { stopped: compare.stoppedEarly(stoppedText(result, texts)) }),
    sections: [
      ...truthsSection(compareTruths(result), texts),
      {
        title: loss.title,
        html: `${chart(loss.chart, lossChart(result, texts))}
${caption(several ? loss.captionOfMean : loss.caption)}`,
      },
      {
        title: accuracy.title,
        html: `${chart(accuracy.chart, accuracyChart(rows, texts))}
${several ? caption(accuracy.caption) : ""}`,
      },
      ...evaluationSection(result, texts),
      ...probeSection(result, texts),
      { title: table.title, html: `${cells}\n${caption(table.caption(notes))}` },
      ...articleSection(rows, texts),
    ],
  };
}
