import {
  type OneStep,
  type RunningStatsResult,
  TRUE_MEAN,
  TRUE_VARIANCE,
} from "../../experiments/running-stats.js";
import type { Texts } from "../text/en/index.js";
import { type Line, lineChart } from "./lines.js";
import { caption, chart, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

const row = (name: string, step: OneStep): string[] => [
  name,
  step.runningMean.map((value) => value.toExponential(4)).join("  "),
  step.runningVar.map((value) => value.toFixed(4)).join("  "),
  step.outputMean.toExponential(2),
  step.outputVariance.toFixed(9),
];

const rows = ({ article, ours }: RunningStatsResult, { runningStats }: Texts): string[][] => [
  row(runningStats.article, article),
  row(runningStats.ours, ours),
];

export function runningStatsText(result: RunningStatsResult, texts: Texts): string {
  const { runningStats } = texts;
  const rules = result.rules.map(({ m, article, ours }) => [
    String(m),
    article.toFixed(3),
    ((m - 1) / m).toFixed(3),
    ours.toFixed(3),
  ]);
  return `${alignedTable(runningStats.head, rows(result, texts))}

${runningStats.rules}
${alignedTable(["m", runningStats.article, "(m − 1)/m", runningStats.ours], rules)}`;
}

/** The running variance over the true one, by values per channel. */
function smallBatches({ config, rules }: RunningStatsResult, texts: Texts): string {
  const { small } = texts.runningStats;
  const share = (name: string, read: (rule: (typeof rules)[number]) => number): Line => ({
    name,
    symbols: true,
    points: rules.map((rule) => [rule.m, read(rule)] as const),
  });
  const expected = rules.map(({ m }) => [m, (m - 1) / m] as const);
  const lines = [
    share(small.article, (rule) => rule.article),
    share(small.ours, (rule) => rule.ours),
    { name: "(m − 1)/m", dashed: true, points: expected },
  ];
  const from0 = { yAxis: { min: 0 }, xAxis: { min: 0 } };
  const drawn = lineChart(lines, { x: small.x, y: small.y, ...from0 });
  const tooLarge = Math.round(100 * (Math.sqrt(1 / rules[0].article) - 1));
  return `${chart(small.chart, drawn)}
${caption(small.caption(2 * config.steps, rules[0].m, tooLarge))}`;
}

export function runningStatsReport(result: RunningStatsResult, texts: Texts): Report {
  const { config, article, ours, momenta, difference } = result;
  const { runningStats: words } = texts;
  const curves = (of: "mean" | "variance", truth: number) => {
    const lines: Line[] = momenta.map((curve) => ({
      name: curve.momentum === null ? words.allBatches : `${curve.momentum}`,
      points: curve[of].map((value, i) => [i + 1, value] as const),
    }));
    const level = [1, config.steps].map((step) => [step, truth] as const);
    lines.push({ name: words.truth, dashed: true, points: level });
    return chart(words[of].chart, lineChart(lines, { x: words.seen, y: words[of].y }));
  };
  const [theirs, pytorchs] = [article, ours].map(({ runningVar }) => runningVar[0].toFixed(4));
  const meanCaption = words.mean.caption(config.batch, TRUE_MEAN, TRUE_VARIANCE);
  return {
    title: words.title,
    summary: words.summary(theirs, pytorchs, difference.toExponential(1)),
    lead: words.lead(config.seed),
    sections: [
      {
        title: words.one.title,
        html: `<div class="numbers">${htmlTable(words.head, rows(result, texts), texts)}</div>
${caption(words.one.caption)}`,
      },
      { title: words.small.title, html: smallBatches(result, texts) },
      {
        title: words.mean.title,
        html: `${curves("mean", TRUE_MEAN)}\n${caption(meanCaption)}`,
      },
      {
        title: words.variance.title,
        html: `${curves("variance", TRUE_VARIANCE)}\n${caption(words.variance.caption)}`,
      },
    ],
  };
}
