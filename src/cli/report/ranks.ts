import type { RanksResult, RanksRun } from "../../experiments/ranks.js";
import { smooth, thin } from "../../show/smooth.js";
import type { Texts } from "../text/en/index.js";
import { lineChart } from "./lines.js";
import { caption, chart, htmlTable, type Report } from "./page.js";
import { alignedTable } from "./table.js";

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

/** Norms whose loss is still about that of the first steps. Their accuracies say nothing yet. */
const unlearned = (runs: readonly RanksRun[]) =>
  runs.filter((run) => lastLoss(run) > 0.97 * (smooth(run.losses.slice(0, 50), 50).at(-1) ?? 0));

/** What synchronisation changed, with figures. */
function summary(result: RanksResult, texts: Texts): string {
  const { ranks, common } = texts;
  const names = unlearned(result.runs).map(({ norm }) => norm);
  const steps = result.runs[0]?.losses.length ?? 0;
  const notYet = names.length > 0 ? [ranks.unlearned(names.join(common.comma), steps)] : [];
  return [compared(result, texts), ...notYet].join(common.space);
}

function compared({ config, runs }: RanksResult, { ranks, common }: Texts): string {
  const sync = runs.find(({ norm }) => norm.startsWith("sync"));
  const plain = runs.find(({ norm }) => sync && `sync${norm}` === sync.norm);
  const held = ranks.held(config.batchSize, Number(config.ranks));
  if (!sync || !plain) {
    const list = runs.map((run) => `${run.norm} ${percent(run.testAccuracy)}`);
    return ranks.accuracies(held, list.join(common.comma));
  }
  const apart = plain.apart.toPrecision(2);
  return [
    ranks.plain(held, config.batchSize, percent(plain.testAccuracy), apart),
    ranks.sync(Number(config.globalBatch), percent(sync.testAccuracy)),
    sync.apart === 0 ? ranks.same : ranks.differ(sync.apart.toPrecision(2)),
  ].join(common.space);
}

export const ranksText = (result: RanksResult, texts: Texts): string => {
  const table = alignedTable(texts.ranks.head, rows(result));
  return `${table}\n\n${summary(result, texts)}\n\n${texts.ranks.explained}`;
};

export function ranksReport(result: RanksResult, texts: Texts): Report {
  const { config, runs } = result;
  const { title, lead, loss, head, explained } = texts.ranks;
  const lines = runs.map(({ norm, losses }) => ({
    name: norm,
    points: thin(smooth(losses, 20), 200),
  }));
  const drawn = lineChart(lines, { x: loss.x, y: loss.y });
  return {
    title,
    summary: summary(result, texts),
    lead: lead(config.width, Number(config.ranks), config.batchSize),
    sections: [
      { title: loss.title, html: `${chart(loss.chart, drawn)}\n${caption(loss.caption)}` },
      {
        title: texts.common.page.numbers,
        html: `${htmlTable(head, rows(result), texts)}\n${caption(explained)}`,
      },
    ],
  };
}
