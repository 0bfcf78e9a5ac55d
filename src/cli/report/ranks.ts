import type { RanksResult, RanksRun } from "../../experiments/ranks.js";
import { smooth, thin } from "../../show/smooth.js";
import { lineChart } from "./lines.js";
import { chart, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

const HEAD = [
  "norm",
  "test accuracy",
  "last loss",
  "ranks apart",
  "collectives",
  "KB a step",
  "ms a step",
];

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const lastLoss = ({ losses }: RanksRun) => smooth(losses, 50).at(-1) ?? Number.NaN;

const rows = ({ runs }: RanksResult): string[][] =>
  runs.map((run) => [
    run.norm,
    percent(run.testAccuracy),
    lastLoss(run).toFixed(3),
    run.apart === 0 ? "0" : run.apart.toPrecision(2),
    run.collectives.toFixed(0),
    (run.bytes / 1000).toFixed(1),
    (1000 * run.secondsPerStep).toFixed(1),
  ]);

/** What synchronisation changed, with figures. */
function summary({ config, runs }: RanksResult): string {
  const sync = runs.find(({ norm }) => norm.startsWith("sync"));
  const plain = runs.find(({ norm }) => sync && `sync${norm}` === sync.norm);
  const held = `With ${config.batchSize} images in each of ${config.ranks} ranks`;
  if (!sync || !plain)
    return `${held}: ${runs.map((run) => `${run.norm} ${percent(run.testAccuracy)}`).join(", ")}.`;
  return (
    `${held}, batch norm by the statistics of ${config.batchSize} images gets ${percent(plain.testAccuracy)} of the test images ` +
    `right, and its running statistics differ between the ranks by up to ${plain.apart.toPrecision(2)}; ` +
    `synchronised, by the statistics of ${config.globalBatch} images, ${percent(sync.testAccuracy)}, with statistics that ` +
    `${sync.apart === 0 ? "are the same to the last bit" : `differ by ${sync.apart.toPrecision(2)}`}.`
  );
}

const EXPLAINED =
  "Last loss: mean of about 50 steps. Ranks apart: the largest difference of a running statistic between two ranks. " +
  "Collectives and bytes: of one rank in a step, with that of the loss.";

export const ranksText = (result: RanksResult): string =>
  `${alignedTable(HEAD, rows(result))}\n\n${summary(result)}\n\n${EXPLAINED}`;

export function ranksReport(result: RanksResult): Report {
  const { config, runs } = result;
  const lines = runs.map(({ norm, losses }) => ({
    name: norm,
    points: thin(smooth(losses, 20), 200),
  }));
  return {
    title: "What synchronised batch norm repairs",
    summary: summary(result),
    lead: `The same net, NormResNet of width ${config.width}, from the same weights and on the same images, trained by ${config.ranks} ranks that hold
${config.batchSize} images each in a step.`,
    sections: [
      {
        title: "Training loss",
        html: `${chart("Training loss by step", lineChart(lines, { x: "step", y: "loss" }))}
<p class="caption">Smoothed; the mean over all ranks.</p>`,
      },
      {
        title: "In numbers",
        html: `${htmlTable(HEAD, rows(result))}\n<p class="caption">${EXPLAINED}</p>`,
      },
    ],
  };
}
