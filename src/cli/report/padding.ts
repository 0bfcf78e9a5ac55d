import { type Padded, type PaddingResult, paddingNorms } from "../../experiments/padding.js";
import { FEATURE_MEAN } from "../../experiments/sentences.js";
import { escapeHtml } from "../../show/escape-html.js";
import { short } from "../../show/words.js";
import { type Line, lineChart } from "./lines.js";
import { chart, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

const HEAD = ["padded to", "padding", "mean", "variance", ...paddingNorms];

const rows = ({ padded }: PaddingResult): string[][] =>
  padded.map(({ length, share, mean, variance, change }) => [
    String(length),
    `${(100 * share).toFixed(0)} %`,
    mean.toFixed(3),
    variance.toFixed(3),
    ...change.map(short),
  ]);

export const paddingText = (result: PaddingResult): string =>
  `${alignedTable(HEAD, rows(result))}

Mean and variance of feature 0 as batch norm sees it; of the words alone ${result.words.mean.toFixed(3)} and ${result.words.variance.toFixed(3)}.
Under the norms: root mean square of what padding changes in the words' outputs.`;

export function paddingReport(result: PaddingResult): Report {
  const { config, words, padded, layout, shuffled } = result;
  const worst = padded[padded.length - 1];
  return {
    title: "Padding and batch statistics",
    summary: `With ${(100 * worst.share).toFixed(0)} % padding batch norm sees a mean of ${worst.mean.toFixed(2)} instead of ${words.mean.toFixed(2)} and moves the words' outputs by ${short(worst.change[0])} (root mean square); masked batch norm moves them by ${amount(worst.change[1])}, layer norm by ${amount(worst.change[2])}.`,
    lead: `${config.batch} sentences of ${config.shortest} to ${config.longest} words with ${config.channels} features each, normal with mean ${FEATURE_MEAN} and variance 1; half of the
variance is common to a sentence. The same sentences are padded with zeros to ever greater lengths.`,
    sections: [
      {
        title: "Batch statistics",
        html: `${momentChart(padded, "mean", words.mean)}
${momentChart(padded, "variance", words.variance)}
<p class="caption">Feature 0 over all positions. With a share p of zeros the mean becomes (1 − p)·μ and the variance (1 − p)·(σ² + p·μ²): it
first grows, as words and zeros are two heaps, and then shrinks. A mask leaves both at the words' own.</p>`,
      },
      {
        title: "What it does to the words",
        html: `${chart(
          "Change of the words' outputs by padding",
          lineChart(
            paddingNorms.map((name, k) => points(padded, name, (row) => row.change[k])),
            { x: SHARE, y: "RMS change of outputs", xAxis: PERCENT, rows: 2 },
          ),
        )}
${htmlTable(HEAD, rows(result))}
<p class="caption">Last three columns: root mean square of the difference to the outputs without padding, over the words. Two lines lie on
each other at 0: layer norm looks at one word at a time, masked batch norm at words only.</p>`,
      },
      {
        title: "Why batch norm is hard on text",
        html: `${htmlTable(
          ["sentences a batch", "words independent", "words of a sentence alike", "ratio"],
          result.unrest.map(({ sentences, independent, alike }) => [
            String(sentences),
            independent.toFixed(4),
            alike.toFixed(4),
            `${(alike / independent).toFixed(1)}×`,
          ]),
        )}
<p class="caption">Standard deviation of the batch mean from batch to batch, over ${config.batches} batches of sentences of ${config.longest} words. Words of a sentence
resemble each other, so a batch holds far fewer independent values than words and its statistics are restless. It is not that positions
are compared: BatchNorm1d pools them, and turning every sentence's words around changes nothing but their order
(largest difference ${short(shuffled)}).</p>`,
      },
      {
        title: "Which axis is the feature",
        html: `${htmlTable(
          ["BatchNorm1d(12) on [16, 12, 12]", "largest |mean| of a feature"],
          [
            ["transposed to [N, C, L]", short(layout.right)],
            ["given as [N, L, C]", short(layout.wrong)],
          ],
        )}
<p class="caption">Features 0 to 11 have means 0 to 11. A Transformer's [N, L, C] is taken for [N, C, L]: where the numbers of words and features differ it is
refused (${escapeHtml(layout.refusal)}), where they happen to agree positions are normalised instead of features, without a word.</p>`,
      },
    ],
  };
}

const SHARE = "share of padding (%)";
const PERCENT = { min: 0, max: 100 };

const amount = (value: number) => (value === 0 ? "nothing" : short(value));

const points = (padded: readonly Padded[], name: string, read: (row: Padded) => number): Line => ({
  name,
  symbols: true,
  points: padded.map((row) => [100 * row.share, read(row)] as const),
});

function momentChart(padded: readonly Padded[], of: "mean" | "variance", words: number): string {
  const { length, share } = padded[0];
  // The curve of the formula, with many points. The words are a share of the positions.
  const mu = padded[0].expected.mean / (1 - share);
  const sigma2 = padded[0].expected.variance / (1 - share) - share * mu ** 2;
  const formula = (p: number) => (1 - p) * (of === "mean" ? mu : sigma2 + p * mu ** 2);
  const fine = Array.from({ length: 101 }, (_, i) => [i, formula(i / 100)] as const);
  return `<h3>${of}</h3>${chart(
    `Batch norm's ${of} by share of padding, from length ${length}`,
    lineChart(
      [
        points(padded, "batch norm", (row) => row[of]),
        {
          name: "words alone (masked)",
          points: [
            [0, words],
            [100, words],
          ],
        },
        { name: "from the share", points: fine, dashed: true },
      ],
      { x: SHARE, y: of, xAxis: PERCENT, yAxis: { min: 0 }, rows: 2 },
    ),
  )}`;
}
