import type { LayerStatistics, LayersResult } from "../../experiments/layers.js";
import type { Moments } from "../../experiments/moments.js";
import { cube } from "../../show/cube.js";
import { escapeHtml } from "../../show/escape-html.js";
import { axesOf } from "../../show/words.js";
import { htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

const HEAD = ["layer", "averages over", "sets", "m", "largest |mean|", "biased", "unbiased"];

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

const groupTable = (
  what: string,
  show: (moments: Moments) => string,
  { groupSets, groupChannels }: LayersResult,
): string =>
  htmlTable(
    ["sample", `${what} per group`, `${what} per channel`],
    groupChannels.map((channels, i) => [
      String(i),
      groupSets[i].map(show).join("  "),
      channels.map(show).join("  "),
    ]),
  );

export function layersText({ layers, groupSets, groupChannels }: LayersResult): string {
  const groups = groupChannels.map((channels, i) => [
    String(i),
    groupSets[i].map(signed).join(" "),
    groupSets[i].map(variance).join(" "),
    channels.map(signed).join(" "),
    channels.map(variance).join(" "),
  ]);
  return `${alignedTable(HEAD, rows(layers))}

Group norm, sample by sample: per group it is standardised, per channel it is not (means of a pair are opposites).
${alignedTable(["sample", "mean/group", "var/group", "mean/channel", "var/channel"], groups)}`;
}

export function layersReport(result: LayersResult): Report {
  const { config, layers, groupChannels } = result;
  const gn = layers[3];
  const worst = Math.max(...groupChannels.flat().map(({ mean }) => Math.abs(mean)));
  const pictures = layers
    .filter(({ name }) => name !== "GN1")
    .map(
      ({ code, pattern }) =>
        `<figure>${cube(pattern, `${code} averages over ${axesOf(pattern)}`)}<figcaption>${escapeHtml(code)}<br>over ${axesOf(pattern)}</figcaption></figure>`,
    );
  return {
    title: "Which elements share a statistic",
    summary: `Over its own sets every layer has mean 0 and biased variance σ²/(σ² + ε), here ${gn.output.biased.toFixed(5)} for group norm; its channels, which are not its sets, have means up to ±${worst.toFixed(4)}.`,
    lead: `The norms on one tensor [${config.shape.join(", ")}] of uniform numbers in [0, 1), torch.rand from seed ${config.seed}.`,
    sections: [
      {
        title: "Sets",
        html: `<div class="figures">${pictures.join("\n")}</div>
<p class="caption">Blue: the elements that share one mean and one variance. Greys: the other sets. C channels to the right, H·W positions
down, N samples into the depth; GroupNorm(1, C) has the sets of LayerNorm([C, H, W]).</p>`,
      },
      {
        title: "Means and variances of the outputs",
        html: `${htmlTable(HEAD, rows(layers))}
<p class="caption">Over each layer's own sets of m elements. Biased: divided by m, σ²/(σ² + ε) to expect. Unbiased: divided by m − 1, what
torch.var prints; ${layers.map(({ name, expected }) => `${name} ${expected.unbiased.toFixed(4)}`).join(", ")} to expect.</p>`,
      },
      {
        title: "Group norm, per group and per channel",
        html: `<div class="numbers">${groupTable("means", signed, result)}
${groupTable("variances", variance, result)}</div>
<p class="caption">Unbiased variances. A group of two channels is standardised as one: its mean is 0, so the two channels' means are exact
opposites, and neither channel has variance 1 by itself. Looking per channel, as the article does, is looking at the wrong sets.</p>`,
      },
      {
        title: "Features or samples",
        html: `${htmlTable(
          [
            "layer",
            "largest |mean| of a channel",
            "largest |mean| of a sample",
            "scales and shifts",
          ],
          layers.map(({ code, largestMean, parameters }) => [
            code,
            largestMean.channel.toExponential(1),
            largestMean.sample.toExponential(1),
            parameters.toLocaleString("en"),
          ]),
        )}
<p class="caption">Batch norm centres every channel and leaves samples apart; layer norm centres every sample and leaves channels apart.</p>`,
      },
    ],
  };
}
