// The same net under batch norm, synchronised batch norm and other norms, trained by several ranks that hold a few
// samples each.
import { DataLoader } from "../data/loader.js";
import type { CheckpointStore } from "../io/checkpoint-file.js";
import { NormResNet } from "../models/norm-resnet.js";
import type { Module } from "../nn/module.js";
import { SyncBatchNorm } from "../nn/norm.js";
import { Adam } from "../optim/adam.js";
import type { Rules } from "../options.js";
import type { ProcessGroup } from "../process-group.js";
import { manualSeed } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import { tidy } from "../tensor.js";
import type { CompareData, Json } from "./compare-types.js";
import { pace } from "./pace.js";
import { accuracy, checkSameSteps, distance, type RankedNet, step } from "./rank-steps.js";
import { RunLog, type StepTraffic } from "./run-log.js";
import { settingsOf } from "./settings.js";
import type { ExperimentOptions, Stage } from "./stage.js";

/** Settings of `compareRanks`; `ranksDefaults` has the defaults. */
export interface RanksConfig {
  /** Specs of `createNorm`. Behind each batch norm comes the same one, synchronised. */
  norms: readonly string[];
  epochs: number;
  /** The images of each rank in a step. */
  batchSize: number;
  /** The channels of the first block of NormResNet. */
  width: number;
  seed: number;
  /** Adam's step size. */
  lr: number;
}

/** The settings of `compareRanks` where none are given. */
export const ranksDefaults: RanksConfig = {
  norms: ["bn", "gn"],
  epochs: 9,
  batchSize: 2,
  width: 16,
  seed: 0,
  lr: 1e-3,
};

/** Options of `compareRanks` beside its settings. */
export interface RanksOptions extends ExperimentOptions {
  /** The ranks that train together. */
  group: ProcessGroup;
  /** Makes the net of this rank one with those of the others. */
  replicate(net: Module): RankedNet;
  /** Where a training is saved after each epoch, and continued from, with any number of ranks. */
  store?: (name: string) => CheckpointStore;
  /** More entries for `config` of the result. */
  config?: Record<string, Json>;
}

/** The training of one norm. */
export interface RanksRun {
  /** The spec of the norm, with "sync" in front where it is synchronised. */
  norm: string;
  parameters: number;
  /** The mean loss over all ranks, for each step. */
  losses: number[];
  /** The share of right answers, 0 to 1, in evaluation mode. */
  testAccuracy: number;
  /** How far the running statistics of the ranks were apart in the end, at most. */
  apart: number;
  /** Collectives of a step, and the bytes that a rank gave to them. */
  collectives: number;
  bytes: number;
  secondsPerStep: number;
}

/** What `compareRanks` returns. */
export interface RanksResult {
  config: RanksConfig & Record<string, Json>;
  runs: RanksRun[];
}

interface Job extends RanksConfig, RanksOptions {
  data: CompareData;
  norm: string;
  synchronised: boolean;
}

const optionRules: Rules<RanksOptions> = {
  runtime: "Runtime",
  signal: "Object",
  group: "Object",
  replicate: "function",
  store: "function",
  config: "Object",
};

const nameOf = ({ norm, synchronised }: Job) => `${synchronised ? "sync" : ""}${norm}`;

/**
 * Trains NormResNet on all ranks of `group`, once per norm. All ranks must call it with the same settings. Yields after
 * each step; every rank returns the same result.
 */
export async function* compareRanks(
  data: CompareData,
  settings: Partial<RanksConfig>,
  options: RanksOptions,
): AsyncGenerator<Stage, RanksResult> {
  const config = settingsOf("compareRanks", ranksDefaults, settings, options, optionRules);
  const { size, backend, version } = options.group;
  const facts = { ranks: size, backend, version, globalBatch: size * config.batchSize };
  const runs: RanksRun[] = [];
  for (const norm of config.norms)
    for (const synchronised of /^bn\b/.test(norm) ? [false, true] : [false])
      runs.push(yield* trainRanks({ ...config, ...options, data, norm, synchronised }));
  return { config: { ...config, ...facts, ...options.config }, runs };
}

const since = (before: StepTraffic, now: StepTraffic): StepTraffic => ({
  collectives: now.collectives - before.collectives,
  bytes: now.bytes - before.bytes,
});

async function* trainRanks(job: Job): AsyncGenerator<Stage, RanksRun> {
  const { group, data, batchSize, epochs, seed, lr, signal, norm, width } = job;
  const { runtime = defaultRuntime() } = job;
  manualSeed(seed);
  const net = new NormResNet({ norm, width, runtime });
  if (job.synchronised) SyncBatchNorm.convertSyncBatchNorm(net, group);
  using ranked = job.replicate(net);
  const batch = batchSize * group.size;
  const loader = new DataLoader(data.train, { batchSize: batch, shuffle: true, seed, runtime });
  const steps = epochs * loader.length;
  const optimizer = new Adam(ranked.parameters(), { lr });
  const stage = nameOf(job);
  const run = new RunLog(
    { norm: stage, width, seed, batch, images: data.train.labels.length },
    steps,
  );
  try {
    const parts = { net: ranked, optimizer, run };
    const store = job.store?.(stage);
    await store?.load(parts);
    if (store) checkSameSteps(run.losses.length, group);
    while (run.losses.length < steps) {
      const done = run.losses.length;
      const rest = loader.indices(Math.floor(done / loader.length), done % loader.length);
      for (const indices of rest) {
        await pace(signal);
        const before = { ...group.traffic };
        const begin = performance.now();
        const loss = tidy(() => step(ranked, optimizer, data.train, indices, group));
        run.seconds += (performance.now() - begin) / 1000;
        run.traffic = since(before, group.traffic);
        run.losses.push(loss);
        yield { stage, step: run.losses.length, steps, text: `loss ${loss.toFixed(3)}` };
      }
      if (group.rank === 0) await store?.save(parts, null);
    }
    const apart = distance(ranked, group);
    ranked.syncBuffers();
    const testAccuracy = await accuracy(ranked, data.test, group, signal);
    const text = `test accuracy ${(100 * testAccuracy).toFixed(1)} %`;
    yield { stage, step: 0, steps: 0, text, done: true };
    return {
      norm: stage,
      parameters: ranked.parameters().reduce((sum, { size }) => sum + size, 0),
      losses: run.losses,
      ...{ testAccuracy, apart, ...run.traffic },
      secondsPerStep: run.seconds / steps,
    };
  } finally {
    optimizer.dispose();
    ranked.zeroGrad();
  }
}
