import type { LayerStatistics, LayersResult } from "../../experiments/layers.js";
import type { Moments } from "../../experiments/moments.js";
import { cube } from "../../show/cube.js";
import { escapeHtml } from "../../show/escape-html.js";
import { axesOf } from "../../show/words.js";
import type { Texts } from "../text/en/index.js";
import { caption, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

const rows = (layers: readonly LayerStatistics[]): string[][] =>
  layers.map(({ name, pattern, sets, count, output }) => [
    name,
    axesOf(pattern),
    String(sets),
    String(count),
    output.mean.toExponential(1),
    output.biased.toFixed(5),
    output.unbiased.toFixed(4),
  ]);

const signed = ({ mean }: Moments) => (mean < 0 ? "−" : "+") + Math.abs(mean).toFixed(4);

const variance = ({ unbiased }: Moments) => unbiased.toFixed(4);

const groupRows = (
  show: (moments: Moments) => string,
  { groupSets, groupChannels }: LayersResult,
): string[][] =>
  groupChannels.map((channels, i) => [
    String(i),
    groupSets[i].map(show).join("  "),
    channels.map(show).join("  "),
  ]);

export function layersText(
  { layers, groupSets, groupChannels }: LayersResult,
  { layers: words }: Texts,
): string {
  const groups = groupChannels.map((channels, i) => [
    String(i),
    groupSets[i].map(signed).join(" "),
    groupSets[i].map(variance).join(" "),
    channels.map(signed).join(" "),
    channels.map(variance).join(" "),
  ]);
  return `${alignedTable(words.head, rows(layers))}

${words.opposites}
${alignedTable(words.sampleHead, groups)}`;
}

export function layersReport(result: LayersResult, texts: Texts): Report {
  const { config, layers, groupChannels } = result;
  const words = texts.layers;
  const { sets, moments, perGroup, centred } = words;
  const gn = layers[3];
  const worst = Math.max(...groupChannels.flat().map(({ mean }) => Math.abs(mean)));
  const pictures = layers
    .filter(({ name }) => name !== "GN1")
    .map(({ code, pattern }) => {
      const axes = axesOf(pattern);
      const drawing = cube(pattern, words.averages(code, axes));
      const below = `${escapeHtml(code)}<br>${escapeHtml(words.over(axes))}`;
      return `<figure>${drawing}<figcaption>${below}</figcaption></figure>`;
    });
  const expected = layers.map(({ name, expected }) => `${name} ${expected.unbiased.toFixed(4)}`);
  const means = htmlTable(perGroup.means, groupRows(signed, result), texts);
  const variances = htmlTable(perGroup.variances, groupRows(variance, result), texts);
  const centres = layers.map(({ code, largestMean, parameters }) => [
    code,
    largestMean.channel.toExponential(1),
    largestMean.sample.toExponential(1),
    parameters.toLocaleString("en"),
  ]);
  return {
    title: words.title,
    summary: words.summary(gn.output.biased.toFixed(5), worst.toFixed(4)),
    lead: words.lead(config.shape.join(", "), config.seed),
    sections: [
      {
        title: sets.title,
        html: `<div class="figures">${pictures.join("\n")}</div>\n${caption(sets.caption)}`,
      },
      {
        title: moments.title,
        html: `${htmlTable(words.head, rows(layers), texts)}
${caption(moments.caption(expected.join(texts.common.comma)))}`,
      },
      {
        title: perGroup.title,
        html: `<div class="numbers">${means}\n${variances}</div>\n${caption(perGroup.caption)}`,
      },
      {
        title: centred.title,
        html: `${htmlTable(centred.head, centres, texts)}\n${caption(centred.caption)}`,
      },
    ],
  };
}
