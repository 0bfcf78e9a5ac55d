import type { Picture } from "../../experiments/pictures.js";
import type { Losses, StyleNorm, StyleResult, StyleRun } from "../../experiments/style.js";
import { styleTruths } from "../../experiments/truths.js";
import { escapeHtml } from "../../show/escape-html.js";
import { meanCurve, smooth, thin } from "../../show/smooth.js";
import { count } from "../../show/words.js";
import { dataUrl } from "../picture-file.js";
import { LOG, lineChart } from "./lines.js";
import { chart, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";
import { truthsSection, truthsText } from "./truths.js";

const NAMES: Record<StyleNorm, string> = {
  in: "instance norm",
  bn: "batch norm",
  none: "no norm",
};

const HEAD = ["", "style loss", "content loss", "s per step"];

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The runs of each norm, one for each seed. */
const groups = ({ config, runs }: StyleResult): [StyleNorm, StyleRun[]][] =>
  config.norms.map((norm) => [norm, runs.filter((run) => run.norm === norm)]);

function rows(result: StyleResult): string[][] {
  const line = (name: string, { style, content }: Losses, seconds = "") => [
    name,
    style.toFixed(3),
    content.toFixed(3),
    seconds,
  ];
  return [
    line("the content picture", result.untouched),
    ...groups(result).map(([norm, runs]) => {
      const final = {
        style: mean(runs.map((run) => run.final.style)),
        content: mean(runs.map((run) => run.final.content)),
      };
      return line(NAMES[norm], final, mean(runs.map((run) => run.secondsPerStep)).toFixed(3));
    }),
    line(
      "AdaIN in one go",
      result.oneShot,
      `once ${(result.oneShot.milliseconds / 1000).toFixed(3)}`,
    ),
  ];
}

const fullSentence = ({ full }: StyleResult): string =>
  `The article's net: ${full.parameters.toLocaleString("en")} parameters, [1, 3, 256, 256] → [${full.shape.join(", ")}] in ${full.milliseconds.toFixed(0)} ms.`;

export const styleText = (result: StyleResult): string =>
  `${alignedTable(HEAD, rows(result))}\n\n${fullSentence(result)}${truthsText(styleTruths(result))}`;

const figure = (picture: Picture, caption: string): string =>
  `<figure><img src="${dataUrl(picture)}" width="${2 * picture.width}" height="${2 * picture.height}" alt="${escapeHtml(caption)}"><figcaption>${escapeHtml(caption)}</figcaption></figure>`;

export function styleReport(result: StyleResult): Report {
  const { config, content, style, oneShot } = result;
  const byNorm = groups(result);
  const curve = (read: (losses: Losses) => number) =>
    byNorm.map(([norm, runs]) => {
      const values = meanCurve(runs.map((run) => run.losses.map(read)));
      return { name: NAMES[norm], points: thin(smooth(values, values.length / 25), 600) };
    });
  const finals = byNorm.map(
    ([norm, runs]) => `${NAMES[norm]} ${mean(runs.map((run) => run.final.style)).toFixed(3)}`,
  );
  const pictures = [
    figure(content, "content"),
    figure(style, "style"),
    ...byNorm.map(([norm, [run]]) => figure(run.picture, NAMES[norm])),
    figure(oneShot.picture, "AdaIN in one go"),
  ];
  const steps = { x: "training step", yAxis: { min: 0 } };
  return {
    title: "Style transfer under instance norm, batch norm and none",
    summary: `Style loss of the repainted picture: ${finals.join(", ")}.`,
    lead: `StyleTransferNet of widths ${config.widths.join(", ")} with ${count(config.residualBlocks, "residual block")} learns to repaint pieces of
${config.crop} × ${config.crop} pixels of the content, ${config.batchSize} a step, for ${count(config.steps, "step")} of Adam, from ${count(config.seeds, "seed")}. The
judge is a pyramid of convolutions whose weights are random and stay so (He, Wang, Hopcroft 2016, arXiv 1606.04801): Gram matrices for
the style, features for the content.`,
    sections: [
      ...truthsSection(styleTruths(result)),
      { title: "Pictures", html: `<div class="pictures">${pictures.join("")}</div>` },
      {
        title: "Style loss",
        html: chart(
          "Style loss over steps",
          lineChart(
            curve((l) => l.style),
            { ...steps, y: "‖G − G*‖² ÷ ‖G*‖²", yAxis: LOG },
          ),
        ),
      },
      {
        title: "Content loss",
        html: chart(
          "Content loss over steps",
          lineChart(
            curve((l) => l.content),
            { ...steps, y: "(f − f*)² ÷ var f*" },
          ),
        ),
      },
      {
        title: "Table",
        html: `${htmlTable(HEAD, rows(result))}
<p class="caption">Of the whole picture, the nets in evaluation mode: batch norm then uses its running statistics. AdaIN in one go: means and deviations
of the style put into orthogonal random features of the content, undone by the transposed convolution; nothing is trained. ${escapeHtml(fullSentence(result))}</p>`,
      },
    ],
  };
}
