import type { TransformerResult, TransformerRun } from "../../experiments/transformer.js";
import { steepness, transformerTruths } from "../../experiments/truths.js";
import { escapeHtml } from "../../show/escape-html.js";
import { meanCurve, smooth, thin } from "../../show/smooth.js";
import { short } from "../../show/words.js";
import type { Texts } from "../text/en/index.js";
import { lineChart } from "./lines.js";
import { caption, chart, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";
import { truthsSection, truthsText } from "./truths.js";

/** The runs of each variant, one for each seed. */
function groups({ config, runs }: TransformerResult): [variant: string, TransformerRun[]][] {
  return config.variants.map((variant) => [variant, runs.filter((run) => run.variant === variant)]);
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const rows = (result: TransformerResult): string[][] =>
  groups(result).map(([variant, runs]) => {
    const over = (read: (run: TransformerRun) => number) => mean(runs.map(read));
    return [
      variant,
      over((run) => run.losses[0]).toFixed(2),
      over((run) => run.heldOut).toFixed(3),
      over((run) => run.heldOutBatch1).toFixed(3),
      over(steepness).toFixed(2),
      short(Math.max(...runs.map((run) => run.leak))),
      over((run) => 1000 * run.secondsPerStep).toFixed(1),
      over((run) => run.millisecondsPerCharacter).toFixed(1),
    ];
  });

function blockSentence({ block }: TransformerResult, { transformer }: Texts): string {
  if (!block) return "";
  const { parameters, shape, milliseconds, masksAgree } = block;
  const count = parameters.toLocaleString("en");
  return transformer.block(count, shape.join(", "), milliseconds.toFixed(0), masksAgree);
}

export const transformerText = (result: TransformerResult, texts: Texts): string =>
  `${alignedTable(texts.transformer.head, rows(result))}\n\n${blockSentence(result, texts)}` +
  truthsText(transformerTruths(result), texts);

function summary(result: TransformerResult, { transformer, common }: Texts): string {
  const losses = groups(result).map(
    ([variant, runs]) => `${variant} ${mean(runs.map((run) => run.heldOut)).toFixed(2)}`,
  );
  const { vocabulary } = result.text;
  const chance = Math.log(vocabulary).toFixed(2);
  return transformer.summary(losses.join(common.comma), vocabulary, chance);
}

function lead({ config, text, runs }: TransformerResult, { transformer, common }: Texts): string {
  const { layers, dModel, nHead, lr, warmup, batchSize, context, seeds } = config;
  return [
    transformer.nets(layers, dModel, nHead, runs[0].parameters.toLocaleString("en")),
    transformer.learn(text.name, text.characters.toLocaleString("en"), text.vocabulary),
    transformer.by(lr, warmup),
    transformer.from(batchSize, context, seeds),
    transformer.placed,
  ].join(common.space);
}

export function transformerReport(result: TransformerResult, texts: Texts): Report {
  const { title, head, loss, gradients, table, samples } = texts.transformer;
  const { space, comma } = texts.common;
  const byVariant = groups(result);
  const losses = byVariant.map(([name, runs]) => {
    const curve = meanCurve(runs.map((run) => run.losses));
    return { name, points: thin(smooth(curve, Math.max(1, curve.length / 25)), 600) };
  });
  const profiles = byVariant.map(([name, runs]) => ({
    name,
    symbols: true,
    points: runs[0].gradientNorms.map(
      (_, block) => [block + 1, mean(runs.map((run) => run.gradientNorms[block]))] as const,
    ),
  }));
  const profileAxes = { x: gradients.x, y: gradients.y, xAxis: { whole: true }, yAxis: { min: 0 } };
  const ratios = profiles.map(
    ({ name, points }) => `${name} ${(points[points.length - 1][1] / points[0][1]).toFixed(2)}`,
  );
  const written = byVariant.map(
    ([name, [{ sample }]]) =>
      `<dt>${name}</dt><dd lang="en">${escapeHtml(sample.replaceAll("\n", " ⏎ "))}</dd>`,
  );
  const lossAxes = { x: loss.x, y: loss.y };
  return {
    title,
    summary: summary(result, texts),
    lead: lead(result, texts),
    sections: [
      ...truthsSection(transformerTruths(result), texts),
      { title: loss.title, html: chart(loss.chart, lineChart(losses, lossAxes)) },
      {
        title: gradients.title,
        html: `${chart(gradients.chart, lineChart(profiles, profileAxes))}
${caption(gradients.caption(ratios.join(comma)))}`,
      },
      {
        title: table.title,
        html: `${htmlTable(head, rows(result), texts)}
${caption(table.caption + space + blockSentence(result, texts))}`,
      },
      {
        title: samples.title,
        html: `<dl>${written.join("")}</dl>\n${caption(samples.caption)}`,
      },
    ],
  };
}
