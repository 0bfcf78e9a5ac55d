import type { Picture } from "../../experiments/pictures.js";
import type { Losses, StyleNorm, StyleResult, StyleRun } from "../../experiments/style.js";
import { styleTruths } from "../../experiments/truths.js";
import { escapeHtml } from "../../show/escape-html.js";
import { meanCurve, smooth, thin } from "../../show/smooth.js";
import { dataUrl } from "../picture-file.js";
import type { Texts } from "../text/en/index.js";
import { LOG } from "./chart.js";
import { lineChart } from "./lines.js";
import { caption, chart, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";
import { truthsSection, truthsText } from "./truths.js";

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The runs of each norm, one for each seed. */
const groups = ({ config, runs }: StyleResult): [StyleNorm, StyleRun[]][] =>
  config.norms.map((norm) => [norm, runs.filter((run) => run.norm === norm)]);

function rows(result: StyleResult, { style: words, common }: Texts): string[][] {
  const line = (name: string, { style, content }: Losses, seconds = "") => [
    name,
    style.toFixed(3),
    content.toFixed(3),
    seconds,
  ];
  const { oneShot } = result;
  return [
    line(words.untouched, result.untouched),
    ...groups(result).map(([norm, runs]) => {
      const final = {
        style: mean(runs.map((run) => run.final.style)),
        content: mean(runs.map((run) => run.final.content)),
      };
      const seconds = mean(runs.map((run) => run.secondsPerStep)).toFixed(3);
      return line(common.norms[norm], final, seconds);
    }),
    line(words.oneShot, oneShot, words.once((oneShot.milliseconds / 1000).toFixed(3))),
  ];
}

function fullSentence({ full }: StyleResult, { style }: Texts): string {
  if (!full) return "";
  const parameters = full.parameters.toLocaleString("en");
  return style.full(parameters, full.shape.join(", "), full.milliseconds.toFixed(0));
}

export const styleText = (result: StyleResult, texts: Texts): string =>
  `${alignedTable(texts.style.head, rows(result, texts))}\n\n${fullSentence(result, texts)}` +
  truthsText(styleTruths(result), texts);

function figure(picture: Picture, text: string): string {
  const size = `width="${2 * picture.width}" height="${2 * picture.height}"`;
  const name = escapeHtml(text);
  const image = `<img src="${dataUrl(picture)}" ${size} alt="${name}">`;
  return `<figure>${image}<figcaption>${name}</figcaption></figure>`;
}

function lead({ config }: StyleResult, { style, common }: Texts): string {
  const { widths, residualBlocks, crop, batchSize, steps, seeds } = config;
  const { number } = common;
  return [
    style.net(widths.join(", "), residualBlocks),
    style.learns(crop, batchSize, number.steps(steps), number.seeds(seeds)),
    style.judge,
  ].join(common.space);
}

export function styleReport(result: StyleResult, texts: Texts): Report {
  const { content, style, oneShot } = result;
  const { style: words, common } = texts;
  const byNorm = groups(result);
  const curve = (read: (losses: Losses) => number) =>
    byNorm.map(([norm, runs]) => {
      const values = meanCurve(runs.map((run) => run.losses.map(read)));
      return { name: common.norms[norm], points: thin(smooth(values, values.length / 25), 600) };
    });
  const finals = byNorm.map(
    ([norm, runs]) =>
      `${common.norms[norm]} ${mean(runs.map((run) => run.final.style)).toFixed(3)}`,
  );
  const pictures = [
    figure(content, words.pictures.content),
    figure(style, words.pictures.style),
    ...byNorm.map(([norm, [run]]) => figure(run.picture, common.norms[norm])),
    figure(oneShot.picture, words.oneShot),
  ];
  const styleAxes = { x: words.step, y: "‖G − G*‖² ÷ ‖G*‖²", yAxis: LOG };
  const contentAxes = { x: words.step, y: "(f − f*)² ÷ var f*", yAxis: { min: 0 } };
  const styleCurves = lineChart(
    curve((losses) => losses.style),
    styleAxes,
  );
  const contentCurves = lineChart(
    curve((losses) => losses.content),
    contentAxes,
  );
  return {
    title: words.title,
    summary: words.summary(finals.join(common.comma)),
    lead: lead(result, texts),
    sections: [
      ...truthsSection(styleTruths(result), texts),
      {
        title: words.pictures.title,
        html: `<div class="pictures">${pictures.join("")}</div>`,
      },
      { title: words.styleLoss.title, html: chart(words.styleLoss.chart, styleCurves) },
      { title: words.contentLoss.title, html: chart(words.contentLoss.chart, contentCurves) },
      {
        title: words.table.title,
        html: `${htmlTable(words.head, rows(result, texts), texts)}
${caption(words.table.caption + common.space + fullSentence(result, texts))}`,
      },
    ],
  };
}
