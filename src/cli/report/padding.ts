import { type Padded, type PaddingResult, paddingNorms } from "../../experiments/padding.js";
import { FEATURE_MEAN } from "../../experiments/sentences.js";
import { short } from "../../show/words.js";
import type { Texts } from "../text/en/index.js";
import { type Line, lineChart } from "./lines.js";
import { caption, chart, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

const headIn = ({ padding }: Texts): string[] => [...padding.head, ...padding.norms];

const rows = ({ padded }: PaddingResult): string[][] =>
  padded.map(({ length, share, mean, variance, change }) => [
    String(length),
    `${(100 * share).toFixed(0)} %`,
    mean.toFixed(3),
    variance.toFixed(3),
    ...change.map(short),
  ]);

export function paddingText(result: PaddingResult, texts: Texts): string {
  const { mean, variance } = result.words;
  const below = texts.padding.explained(mean.toFixed(3), variance.toFixed(3));
  return `${alignedTable(headIn(texts), rows(result))}\n\n${below}`;
}

export function paddingReport(result: PaddingResult, texts: Texts): Report {
  const { config, words, padded, layout, shuffled } = result;
  const { padding } = texts;
  const { statistics, change, unrest, axis } = padding;
  const worst = padded[padded.length - 1];
  const amount = (value: number) => (value === 0 ? padding.nothing : short(value));
  const changes = paddingNorms.map((_, k) =>
    points(padded, padding.norms[k], (row) => row.change[k]),
  );
  const axes = { x: padding.share, y: change.y, xAxis: PERCENT };
  const unrestRows = result.unrest.map(({ sentences, independent, alike }) => [
    String(sentences),
    independent.toFixed(4),
    alike.toFixed(4),
    `${(alike / independent).toFixed(1)}×`,
  ]);
  const axisRows = [
    [axis.right, short(layout.right)],
    [axis.wrong, short(layout.wrong)],
  ];
  return {
    title: padding.title,
    summary: padding.summary(
      `${(100 * worst.share).toFixed(0)} %`,
      worst.mean.toFixed(2),
      words.mean.toFixed(2),
      short(worst.change[0]),
      amount(worst.change[1]),
      amount(worst.change[2]),
    ),
    lead: padding.lead(
      config.batch,
      config.shortest,
      config.longest,
      config.channels,
      FEATURE_MEAN,
    ),
    sections: [
      {
        title: statistics.title,
        html: `${momentChart(result, "mean", texts)}
${momentChart(result, "variance", texts)}
${caption(statistics.caption)}`,
      },
      {
        title: change.title,
        html: `${chart(change.chart, lineChart(changes, axes))}
${htmlTable(headIn(texts), rows(result), texts)}
${caption(change.caption)}`,
      },
      {
        title: unrest.title,
        html: `${htmlTable(unrest.head, unrestRows, texts)}
${caption(unrest.caption(config.batches, config.longest, short(shuffled)))}`,
      },
      {
        title: axis.title,
        html: `${htmlTable(axis.head, axisRows, texts)}\n${caption(axis.caption(texts.speech.error(layout.refusal)))}`,
      },
    ],
  };
}

const PERCENT = { min: 0, max: 100 };

const points = (padded: readonly Padded[], name: string, read: (row: Padded) => number): Line => ({
  name,
  symbols: true,
  points: padded.map((row) => [100 * row.share, read(row)] as const),
});

function momentChart(
  { padded, words }: PaddingResult,
  of: "mean" | "variance",
  { padding }: Texts,
): string {
  const { statistics } = padding;
  const { length, share } = padded[0];
  // The curve of the formula, with many points. The words are a share of the positions.
  const mu = padded[0].expected.mean / (1 - share);
  const sigma2 = padded[0].expected.variance / (1 - share) - share * mu ** 2;
  const formula = (p: number) => (1 - p) * (of === "mean" ? mu : sigma2 + p * mu ** 2);
  const fine = Array.from({ length: 101 }, (_, i) => [i, formula(i / 100)] as const);
  const level = [0, 100].map((percent) => [percent, words[of]] as const);
  const lines = [
    points(padded, statistics.batch, (row) => row[of]),
    { name: statistics.words, points: level },
    { name: statistics.formula, points: fine, dashed: true },
  ];
  const name = statistics[of];
  const axes = { x: padding.share, y: name, xAxis: PERCENT, yAxis: { min: 0 } };
  return `<h3>${name}</h3>${chart(statistics.chart(name, length), lineChart(lines, axes))}`;
}
