import type { ImageDataset } from "../data/cifar10.js";
import { DataLoader } from "../data/loader.js";
import type { HostAbortSignal } from "../host-types.js";
import { type NormName, NormResNet } from "../models/norm-resnet.js";
import { parseNorm } from "../nn/index.js";
import { manualSeed } from "../random.js";
import { defaultRuntime, type Runtime } from "../runtime/runtime.js";
import {
  type Batch1,
  type CompareConfig,
  type CompareData,
  type CompareEvent,
  type CompareOptions,
  type CompareResult,
  compareDefaults,
  type Phase,
  type Run,
} from "./compare-types.js";
import { evaluate, type Trained, train } from "./train.js";

export * from "./compare-types.js";

interface Job {
  config: CompareConfig;
  data: CompareData;
  runtime: Runtime;
  signal?: HostAbortSignal;
  store: CompareOptions["store"];
  /** The data's name, where it has one. */
  source: string;
  norm: NormName;
  seed: number;
}

const EVAL_BATCH = 64;

/**
 * Trains NormResNet once per norm and seed, each from the same convolution weights and on the same batches. Yields an event
 * when a training starts, after every step, when it is finished, and when a run is complete; returns the runs. Throws
 * RangeError, before anything is trained, for a setting that cannot be.
 */
export async function* compare(
  data: CompareData,
  settings: Partial<CompareConfig> = {},
  { runtime = defaultRuntime(), signal, store, machine, config: more }: CompareOptions = {},
): AsyncGenerator<CompareEvent, CompareResult> {
  const config = { ...compareDefaults, ...settings };
  checkConfig(config);
  const { variant, threads, shared } = runtime;
  const result: CompareResult = {
    config: { ...config, ...more },
    machine: { ...machine, variant, threads, shared },
    runs: [],
  };
  const job = { config, data, runtime, signal, store, source: String(more?.data ?? "") };
  try {
    for (const norm of config.norms) await warmUp({ ...job, norm, seed: 0 });
    for (let seed = config.seed; seed < config.seed + config.seeds; seed++) {
      for (const norm of config.norms) {
        const run = yield* trainOne({ ...job, norm, seed });
        result.runs.push(run);
        yield { type: "run", run };
      }
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
  return result;
}

function checkConfig(config: CompareConfig): void {
  const whole = { epochs: 1, batchSize: 1, width: 1, seeds: 1, seed: 0, batch1Samples: 0 };
  for (const [name, least] of Object.entries(whole)) {
    const value = config[name as keyof typeof whole];
    if (value === null && name === "batch1Samples") continue;
    if (!Number.isSafeInteger(value) || (value as number) < least) {
      throw new RangeError(
        `compare: expected ${name} to be an integer of at least ${least}, got ${value}`,
      );
    }
  }
  if (!(config.lr > 0 && config.lr < Number.POSITIVE_INFINITY))
    throw new RangeError(`compare: expected lr to be a number above 0, got ${config.lr}`);
  if (config.norms.length === 0) throw new RangeError("compare: no norm given");
  for (const norm of config.norms) parseNorm(norm, "compare");
}

/**
 * Some steps of a net that is thrown away: refuses widths a norm cannot have before anything is trained, and lets the engine
 * compile the kernels, which would count against the first norm.
 */
async function warmUp(job: Job): Promise<void> {
  using net = build(job);
  const loader = loaderOf(job, job.data.train, job.config.batchSize, true);
  const steps = train(net, loader, {
    samples: Math.min(job.data.train.labels.length, 4 * job.config.batchSize),
    lr: job.config.lr,
    signal: job.signal,
  });
  for await (const _ of steps);
}

async function* trainOne(job: Job): AsyncGenerator<CompareEvent, Run> {
  const { config, data, runtime, signal, norm, seed } = job;
  const samples = config.epochs * data.train.labels.length;
  const before = runtime.stats().bytes;
  using net = build(job);
  const parameters = net.parameters().reduce((sum, parameter) => sum + parameter.size, 0);

  const trained = yield* training(job, net, "train", config.batchSize, samples);
  const { losses, seconds } = trained;
  const peakBytes = trained.peakBytes - before;

  const testAccuracy = await evaluate(net, loaderOf(job, data.test, EVAL_BATCH), signal);
  yield { type: "finish", phase: "train", norm, seed, testAccuracy };
  const evalAccuracy = await evaluate(net, loaderOf(job, data.test, 1), signal);
  const batch1 = { evalAccuracy, ...(yield* trainWithBatch1(job)) };
  const epochSeconds = seconds / config.epochs;
  return { norm, seed, parameters, losses, testAccuracy, epochSeconds, peakBytes, batch1 };
}

/** A fresh net from the same weights that sees one image a step; a stop or a refusal becomes the note. */
async function* trainWithBatch1(
  job: Job,
): AsyncGenerator<CompareEvent, Omit<Batch1, "evalAccuracy">> {
  const { config, data, signal, norm, seed } = job;
  const samples = config.batch1Samples ?? config.epochs * data.train.labels.length;
  if (samples === 0) return { trainAccuracy: null, note: "not trained with batch 1" };
  using net = build(job);
  let trainAccuracy: number | null = null;
  let note = `trained on ${samples} single images`;
  try {
    yield* training(job, net, "batch1", 1, samples);
    trainAccuracy = await evaluate(net, loaderOf(job, data.test, EVAL_BATCH), signal);
  } catch (error) {
    if (signal?.aborted) note = "stopped before the training with batch 1 was finished";
    else if (isRefusal(error)) note = error.message;
    else throw error;
  }
  yield { type: "finish", phase: "batch1", norm, seed, testAccuracy: trainAccuracy };
  return { trainAccuracy, note };
}

/** PyTorch's refusal, and ours, of statistics over a single value. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && /expected more than 1 /i.test(error.message);

async function* training(
  job: Job,
  net: NormResNet,
  phase: Phase,
  batchSize: number,
  samples: number,
): AsyncGenerator<CompareEvent, Trained> {
  const { config, norm, seed, signal } = job;
  yield { type: "start", phase, norm, seed };
  const loader = loaderOf(job, job.data.train, batchSize, true);
  const steps = train(net, loader, {
    ...{ samples, lr: stepSize(config, batchSize), signal },
    store: job.store?.(`${norm.replace(/\W/g, "-")}-seed${seed}-${phase}`),
    settings: { norm, seed, width: config.width, data: job.source },
  });
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done) return value;
      yield { type: "step", phase, norm, seed, ...value };
    }
  } finally {
    await steps.return({ losses: [], seconds: 0, peakBytes: 0 });
  }
}

/**
 * The noise of a gradient grows as 1/√batch, and Adam's step must shrink with it (Malladi et al. 2022, arXiv 2205.10287): after
 * 1,600 single images group norm classified 27 % of the test images right so, and 14 % at the step size of 16 images.
 */
const stepSize = ({ lr, batchSize }: CompareConfig, taken: number): number =>
  lr * Math.sqrt(taken / batchSize);

/** The same seed gives every norm the same convolutions: norms start from ones and zeros and draw nothing. */
function build({ config, runtime, norm, seed }: Job): NormResNet {
  manualSeed(seed);
  return new NormResNet({ norm, width: config.width, runtime });
}

const loaderOf = (
  { runtime, seed }: Job,
  dataset: ImageDataset,
  batchSize: number,
  shuffle = false,
): DataLoader => new DataLoader(dataset, { batchSize, shuffle, seed, runtime });
