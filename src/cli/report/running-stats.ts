import {
  type OneStep,
  type RunningStatsResult,
  TRUE_MEAN,
  TRUE_VARIANCE,
} from "../../experiments/running-stats.js";
import { type Line, lineChart } from "./lines.js";
import { chart, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

const HEAD = ["", "running mean", "running variance", "output mean", "output variance"];

const row = (name: string, step: OneStep): string[] => [
  name,
  step.runningMean.map((value) => value.toExponential(4)).join("  "),
  step.runningVar.map((value) => value.toFixed(4)).join("  "),
  step.outputMean.toExponential(2),
  step.outputVariance.toFixed(9),
];

const rows = ({ article, ours }: RunningStatsResult): string[][] => [
  row("article", article),
  row("PyTorch's rule", ours),
];

const nameOf = (momentum: number | null) => (momentum === null ? "all batches" : `${momentum}`);

export function runningStatsText(result: RunningStatsResult): string {
  const rules = result.rules.map(({ m, article, ours }) => [
    String(m),
    article.toFixed(3),
    ((m - 1) / m).toFixed(3),
    ours.toFixed(3),
  ]);
  return `${alignedTable(HEAD, rows(result))}

Running variance over the true one, by values per channel and batch:
${alignedTable(["m", "article", "(m − 1)/m", "PyTorch's rule"], rules)}`;
}

export function runningStatsReport(result: RunningStatsResult): Report {
  const { config, article, ours, momenta, rules, difference } = result;
  const curves = (of: "mean" | "variance", truth: number): Line[] => [
    ...momenta.map((curve) => ({
      name: nameOf(curve.momentum),
      points: curve[of].map((value, i) => [i + 1, value] as const),
    })),
    {
      name: "true",
      dashed: true,
      points: [
        [1, truth],
        [config.steps, truth],
      ],
    },
  ];
  const share = (name: string, read: (rule: (typeof rules)[number]) => number): Line => ({
    name,
    symbols: true,
    points: rules.map((rule) => [rule.m, read(rule)] as const),
  });
  const steps = { x: "batches seen" };
  const perBatch = `${config.batch} values a batch, drawn from N(${TRUE_MEAN}, ${TRUE_VARIANCE})`;
  return {
    title: "Running statistics of batch norm",
    summary: `After the first batch the article's layer has a running variance of ${article.runningVar[0].toFixed(4)} in channel 0, PyTorch's rule gives ${ours.runningVar[0].toFixed(4)}; the outputs differ by ${difference.toExponential(1)} at most, so comparing outputs cannot tell.`,
    lead: `The article's CustomBatchNorm, written from its code, and ours, which keeps PyTorch's rule, on torch.randn([4, 3, 32, 32]) from
seed ${config.seed}, momentum 0.1.`,
    sections: [
      {
        title: "One batch",
        html: `<div class="numbers">${htmlTable(HEAD, rows(result))}</div>
<p class="caption">Per channel. Both normalise by the biased variance. The article moves the running variance by that as well, PyTorch by the
unbiased one, m/(m − 1) times as large: here m = 4,096 and the fourth digit tells. The article prints −1.0345e-04, 8.5500e-06, 3.5211e-03 and
0.9992, 0.9986, 1.0025.</p>`,
      },
      {
        title: "Small batches",
        html: `${chart(
          "Running variance over the true variance, by values per channel",
          lineChart(
            [
              share("article (biased)", (rule) => rule.article),
              share("PyTorch's rule (unbiased)", (rule) => rule.ours),
              { name: "(m − 1)/m", dashed: true, points: rules.map(({ m }) => [m, (m - 1) / m]) },
            ],
            {
              x: "m, values per channel and batch",
              y: "running ÷ true variance",
              yAxis: { min: 0 },
              xAxis: { min: 0 },
              rows: 2,
            },
          ),
        )}
<p class="caption">The running variance after ${2 * config.steps} batches with momentum=None, the average over all of them. The article's rule
ends at (m − 1)/m of the truth, so evaluation divides by too small a deviation: with m = ${rules[0].m} the output comes out
${Math.round(100 * (Math.sqrt(1 / rules[0].article) - 1))} % too large.</p>`,
      },
      {
        title: "Momentum: the running mean",
        html: `${chart("Running mean over batches for several momenta", lineChart(curves("mean", TRUE_MEAN), { ...steps, y: "running mean", rows: 2 }))}
<p class="caption">By momentum, the weight of the new batch; ${perBatch}. It starts at 0. Small momenta arrive late and stay calm, large ones arrive
at once and never settle: a moving average forgets, it is not an average over all samples. momentum=None (all batches) is.</p>`,
      },
      {
        title: "Momentum: the running variance",
        html: `${chart("Running variance over batches for several momenta", lineChart(curves("variance", TRUE_VARIANCE), { ...steps, y: "running variance", rows: 2 }))}
<p class="caption">The same layers. It starts at 1.</p>`,
      },
    ],
  };
}
