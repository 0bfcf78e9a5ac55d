import type { TransformerResult, TransformerRun } from "../../experiments/transformer.js";
import { steepness, transformerTruths } from "../../experiments/truths.js";
import { escapeHtml } from "../../show/escape-html.js";
import { meanCurve, smooth, thin } from "../../show/smooth.js";
import { count, short } from "../../show/words.js";
import { lineChart } from "./lines.js";
import { chart, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";
import { truthsSection, truthsText } from "./truths.js";

const HEAD = [
  "norm",
  "first loss",
  "held-out loss",
  "one piece at a time",
  "gradient, last ÷ first block",
  "leak",
  "ms per step",
  "ms per character",
];

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

const blockSentence = ({ block }: TransformerResult): string =>
  `The article's block: ${block.parameters.toLocaleString("en")} parameters, [32, 50, 512] → [${block.shape.join(", ")}] in \
${block.milliseconds.toFixed(0)} ms; masks of shape [T, T], [1, T, T] and [B, T, T] \
${block.masksAgree ? "give the same bits" : "DIFFER"}.`;

export const transformerText = (result: TransformerResult): string =>
  `${alignedTable(HEAD, rows(result))}\n\n${blockSentence(result)}${truthsText(transformerTruths(result))}`;

function summary(result: TransformerResult): string {
  const losses = groups(result).map(
    ([variant, runs]) => `${variant} ${mean(runs.map((run) => run.heldOut)).toFixed(2)}`,
  );
  const { vocabulary } = result.text;
  const chance = Math.log(vocabulary).toFixed(2);
  return `Held-out loss in nats a character: ${losses.join(", ")}; knowing nothing is ln ${vocabulary} = ${chance}.`;
}

export function transformerReport(result: TransformerResult): Report {
  const { config, text, runs } = result;
  const byVariant = groups(result);
  const losses = byVariant.map(([name, runs]) => {
    const curve = meanCurve(runs.map((run) => run.losses));
    return { name, points: thin(smooth(curve, Math.max(1, curve.length / 25)), 600) };
  });
  const gradients = byVariant.map(([name, runs]) => ({
    name,
    symbols: true,
    points: runs[0].gradientNorms.map(
      (_, block) => [block + 1, mean(runs.map((run) => run.gradientNorms[block]))] as const,
    ),
  }));
  const legendRows = byVariant.length > 4 ? 2 : 1;
  const samples = byVariant.map(
    ([name, [{ sample }]]) =>
      `<dt>${name}</dt><dd>${escapeHtml(sample.replaceAll("\n", " ⏎ "))}</dd>`,
  );
  return {
    title: "Where a transformer's norms stand, and which they are",
    summary: summary(result),
    lead: `Language models of ${config.layers} blocks (${config.dModel} features, ${config.nHead} heads, ${runs[0].parameters.toLocaleString("en")}
parameters) learn to predict the next character of ${escapeHtml(text.name)} (${text.characters.toLocaleString("en")} characters, ${text.vocabulary} different), by
AdamW with rate ${config.lr}${config.warmup ? `, warmed up over ${config.warmup} steps` : " and no warm-up"}, ${config.batchSize} pieces of ${config.context} characters a step,
from ${count(config.seeds, "seed")}. Post: the norm stands behind each sum, as in the article and in 2017. Pre: before each part that is added.`,
    sections: [
      ...truthsSection(transformerTruths(result)),
      {
        title: "Loss",
        html: chart(
          "Training loss over steps",
          lineChart(losses, {
            x: "training step",
            y: "cross-entropy (nats a character)",
            rows: legendRows,
          }),
        ),
      },
      {
        title: "Gradients of the fresh nets",
        html: `${chart(
          "Gradient norm of each block",
          lineChart(gradients, {
            x: "block, from the input on",
            y: "‖gradient‖",
            yAxis: { min: 0 },
            rows: legendRows,
          }),
        )}
<p class="caption">Of each block's second feed-forward weight, before the first step. Xiong et al. 2020 (arXiv 2002.04745) find that with the norms behind
the sums it grows towards the output, which is why such nets are warmed up, and that before the parts it is smaller there by the root of
the number of blocks. Last ÷ first block here:
${gradients.map(({ name, points }) => `${name} ${(points[points.length - 1][1] / points[0][1]).toFixed(2)}`).join(", ")}.</p>`,
      },
      {
        title: "Table",
        html: `${htmlTable(HEAD, rows(result))}
<p class="caption">Losses in nats a character. Leak: how much the logits of earlier characters change in training when only the last one does. Batch
norm's statistics go over all positions, so what comes later is seen: its training loss flatters, and causal masks do not help. ${escapeHtml(blockSentence(result))}</p>`,
      },
      {
        title: "What they write",
        html: `<dl>${samples.join("")}</dl>
<p class="caption">The held-out text continued one character at a time, batch 1, each drawn with its probability.</p>`,
      },
    ],
  };
}
