import { type BatchSeen, runningStats } from "../../../experiments/running-stats.js";
import type { Runtime } from "../../../runtime/runtime.js";
import { defaults } from "../../state.js";
import { type Curves, packed } from "./curves.js";
import { statisticsSettings } from "./settings.js";

/** What stands in the section before anything runs. */
export interface StatisticsData {
  mean: Curves<readonly number[]>;
  variance: Curves<readonly number[]>;
  /** The running variance as a share of the true one, by the values in a batch: a tutorial's rule, and PyTorch's. */
  rules: readonly { m: number; article: number; ours: number }[];
  /** After one batch, in channel 0. */
  article: number;
  ours: number;
}

export async function firstStatistics(runtime: Runtime): Promise<StatisticsData> {
  const { sizes: _, ...settings } = statisticsSettings(defaults);
  const run = runningStats(settings, { runtime });
  const seen: BatchSeen[] = [];
  for (;;) {
    const { done, value } = await run.next();
    if (done) {
      const { rules, article, ours } = value;
      return {
        mean: packed(seen, "mean"),
        variance: packed(seen, "variance"),
        rules: rules.map(({ m, article, ours }) => ({
          ...{ m, article: Number(article.toFixed(3)), ours: Number(ours.toFixed(3)) },
        })),
        article: article.runningVar[0],
        ours: ours.runningVar[0],
      };
    }
    if (value.batch) seen.push(value.batch);
  }
}
