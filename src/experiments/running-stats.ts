import type { HostAbortSignal } from "../host-types.js";
import { BatchNorm2d } from "../nn/norm.js";
import type { Rules } from "../options.js";
import { manualSeed, randn } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import { CustomBatchNorm } from "./custom-batch-norm.js";
import {
  type BatchSeen,
  drawBatch,
  type MomentumCurve,
  outputOf,
  overSteps,
  type RunningStatsControls,
  runningOf,
  TRUE_VARIANCE,
} from "./momenta.js";
import { momentsOf } from "./moments.js";
import { pace } from "./pace.js";
import { settingsOf } from "./settings.js";
import type { ExperimentOptions, Stage } from "./stage.js";

export {
  type BatchSeen,
  type MomentumCurve,
  type RunningStatsControls,
  TRUE_MEAN,
  TRUE_VARIANCE,
} from "./momenta.js";

/** Settings of `runningStats`; `runningStatsDefaults` has the defaults. */
export interface RunningStatsConfig {
  seed: number;
  /** The weights of the new value that are compared. null: the plain average over all batches. */
  momenta: readonly (number | null)[];
  /** The number of batches for each momentum. */
  steps: number;
  /** Values per channel and step in the comparison of momenta. */
  batch: number;
  /** Values per channel and step in the comparison of the two rules. */
  sizes: readonly number[];
}

/** The settings of `runningStats` where none are given. */
export const runningStatsDefaults: RunningStatsConfig = {
  seed: 42,
  momenta: [0.01, 0.1, 0.5, null],
  steps: 300,
  batch: 16,
  sizes: [2, 3, 4, 6, 8, 12, 16, 24, 32],
};

/** Options of `runningStats` beside its settings. */
export interface RunningStatsOptions extends ExperimentOptions {
  /** Controls that may change at any time. */
  controls?: RunningStatsControls;
}

/** What `runningStats` reports while it runs. */
export interface RunningStatsEvent extends Stage {
  /** What a batch has done, in the comparison of momenta. */
  batch?: BatchSeen;
}

const optionRules: Rules<RunningStatsOptions> = {
  runtime: "Runtime",
  signal: "Object",
  controls: "Object",
};

/** One layer after a single batch [4, 3, 32, 32]. */
export interface OneStep {
  rule: "biased" | "unbiased";
  runningMean: number[];
  runningVar: number[];
  /** Mean and variance of the whole output. The variance is divided by m − 1, as torch.var does. */
  outputMean: number;
  outputVariance: number;
}

/** What `runningStats` returns. */
export interface RunningStatsResult {
  config: RunningStatsConfig;
  /** The article's batch norm on the article's tensor. */
  article: OneStep;
  /** BatchNorm2d on the same tensor. */
  ours: OneStep;
  /** The largest difference between the two outputs. */
  difference: number;
  /** Mean and variance after each step, for each momentum. */
  momenta: MomentumCurve[];
  /** The running variance as a share of the true variance, averaged over all batches of m values. */
  rules: { m: number; article: number; ours: number }[];
}

/**
 * Compares the article's batch norm with PyTorch's rule: on the article's tensor, over the steps for several momenta,
 * and for batches of several sizes. Seed 42 is the article's seed.
 */
export async function* runningStats(
  settings: Partial<RunningStatsConfig> = {},
  options: RunningStatsOptions = {},
): AsyncGenerator<RunningStatsEvent, RunningStatsResult> {
  const config = settingsOf("runningStats", runningStatsDefaults, settings, options, optionRules);
  const { runtime = defaultRuntime(), signal } = options;
  manualSeed(config.seed);
  const one = onArticleTensor(runtime);
  const parts = 2 + config.sizes.length;
  yield { stage: "running statistics", step: 1, steps: parts, text: "the article's tensor" };
  const momenta = yield* overSteps(config, runtime, options);
  yield { stage: "running statistics", step: 2, steps: parts, text: "momenta" };
  const rules: RunningStatsResult["rules"] = [];
  for (const m of config.sizes) {
    rules.push(await compareRules(m, config.steps, runtime, signal));
    const text = `${m} values a channel`;
    yield { stage: "running statistics", step: 2 + rules.length, steps: parts, text };
  }
  return { config, ...one, momenta, rules };
}

function onArticleTensor(
  runtime: Runtime,
): Pick<RunningStatsResult, "article" | "ours" | "difference"> {
  using x = randn([4, 3, 32, 32], { runtime });
  using custom = new CustomBatchNorm(3, { runtime });
  using ours = new BatchNorm2d(3, { runtime });
  const outputs = [custom, ours].map((layer) => outputOf(layer, x));
  const [article, conforming] = [custom, ours].map((layer, k): OneStep => {
    const { mean, unbiased } = momentsOf(outputs[k]);
    return {
      rule: k === 0 ? "biased" : "unbiased",
      ...runningOf(layer),
      outputMean: mean,
      outputVariance: unbiased,
    };
  });
  const difference = outputs[0].reduce(
    (most, value, i) => Math.max(most, Math.abs(value - outputs[1][i])),
    0,
  );
  return { article, ours: conforming, difference };
}

async function compareRules(
  m: number,
  steps: number,
  runtime: Runtime,
  signal?: HostAbortSignal,
): Promise<RunningStatsResult["rules"][number]> {
  using article = new CustomBatchNorm(1, { momentum: null, runtime });
  using ours = new BatchNorm2d(1, { momentum: null, runtime });
  for (let step = 0; step < 2 * steps; step++) {
    await pace(signal);
    using x = drawBatch(m, runtime);
    for (const layer of [article, ours]) outputOf(layer, x);
  }
  const share = (layer: BatchNorm2d) => runningOf(layer).runningVar[0] / TRUE_VARIANCE;
  return { m, article: share(article), ours: share(ours) };
}
