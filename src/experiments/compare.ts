import type { ImageDataset } from "../data/cifar10.js";
import { DataLoader } from "../data/loader.js";
import type { HostAbortSignal } from "../host-types.js";
import { type NormName, NormResNet } from "../models/norm-resnet.js";
import { parseNorm } from "../nn/create-norm.js";
import { describe, type Rules } from "../options.js";
import { manualSeed } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import {
  type Batch1,
  type CompareConfig,
  type CompareControls,
  type CompareData,
  type CompareEvent,
  type CompareOptions,
  type CompareResult,
  compareDefaults,
  type Evaluation,
  type Phase,
  type Run,
  type UnfinishedRun,
} from "./compare-types.js";
import { isRefusal } from "./refusal.js";
import { settingsOf } from "./settings.js";
import { storeName } from "./store-name.js";
import { evaluate, type Trained, train } from "./train.js";

export * from "./compare-types.js";

interface Job {
  config: CompareConfig;
  data: CompareData;
  runtime: Runtime;
  signal?: HostAbortSignal;
  controls: CompareControls;
  store: CompareOptions["store"];
  saveEvery?: number;
  /** The name of the data, if it has one. */
  source: string;
  norm: NormName;
  seed: number;
  /** The state of the main training so far. */
  partial: UnfinishedRun;
}

const EVAL_BATCH = 64;

const optionRules: Rules<CompareOptions> = {
  runtime: "Runtime",
  signal: "Object",
  controls: "Object",
  store: "function",
  saveEvery: "number",
  config: "Object",
  machine: "Object",
};

/**
 * Trains NormResNet once per norm and seed. Within a seed, all norms start from the same convolution weights and see
 * the same batches. Yields an event when a training starts, after every step, when the training is finished and when a
 * run is complete, and other events that the configuration asks for. Returns the runs.
 * @throws RangeError for an impossible setting before anything is trained
 */
export async function* compare(
  data: CompareData,
  settings: Partial<CompareConfig> = {},
  options: CompareOptions = {},
): AsyncGenerator<CompareEvent, CompareResult> {
  const config = settingsOf("compare", compareDefaults, settings, options, optionRules);
  const { runtime = defaultRuntime(), signal, controls = {}, store, machine } = options;
  const { saveEvery } = options;
  checkConfig(config);
  if (saveEvery !== undefined) checkWhole("saveEvery", saveEvery, 1);
  const { variant, threads, shared } = runtime;
  const result: CompareResult = {
    config: { ...config, ...options.config },
    machine: { ...machine, variant, threads, shared },
    runs: [],
  };
  const source = String(options.config?.data ?? "");
  const jobOf = (norm: NormName, seed: number): Job => ({
    ...{ config, data, runtime, signal, controls, store, saveEvery, source, norm, seed },
    partial: { norm, seed, losses: [] },
  });
  let job: Job | null = null;
  try {
    for (const norm of config.norms) await warmUp(jobOf(norm, 0));
    for (let seed = config.seed; seed < config.seed + config.seeds; seed++) {
      for (const norm of config.norms) {
        job = jobOf(norm, seed);
        const run = yield* trainOne(job);
        job = null;
        result.runs.push(run);
        yield { type: "run", run };
      }
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
    if (job && job.partial.losses.length > 0) result.unfinished = [job.partial];
  }
  return result;
}

function checkConfig(config: CompareConfig): void {
  const counts = { epochs: 1, steps: 1, batchSize: 1, width: 1, seeds: 1 };
  const extras = { evaluateEvery: 0, probeEvery: 0, answers: 0 };
  const whole = { ...counts, seed: 0, batch1Samples: 0, ...extras };
  for (const [name, least] of Object.entries(whole)) {
    const value = config[name as keyof typeof whole];
    if (value === null && (name === "batch1Samples" || name === "steps")) continue;
    checkWhole(name, value, least);
  }
  checkRate("lr", config.lr);
  if (config.norms.length === 0) throw new RangeError("compare: no norm given");
  for (const norm of config.norms) parseNorm(norm, "compare");
}

function checkWhole(name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new RangeError(
    `compare: expected ${name} to be an integer of at least ${least}, got ${value}`,
  );
}

function checkRate(name: string, lr: number): number {
  if (typeof lr === "number" && lr > 0 && lr < Number.POSITIVE_INFINITY) return lr;
  throw new RangeError(`compare: expected ${name} to be a number above 0, got ${describe(lr)}`);
}

/**
 * Takes some steps with a net that is thrown away. This refuses widths that a norm cannot have before anything is
 * trained. The engine also compiles the kernels now: otherwise this time would count against the first norm.
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
  const { config, data, norm, seed, partial } = job;
  using net = build(job);
  const parameters = net.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  const samples = samplesOf(job);
  if (config.evaluateEvery > 0) partial.evaluations = [];
  if (config.probeEvery > 0) partial.probes = [];

  const trained = yield* training(job, net, "train", config.batchSize, samples);
  const { losses, seconds, peakBytes } = trained;

  const { testAccuracy, answers } =
    endOf(job, losses.length) ?? (await evaluateNow(job, net, EVAL_BATCH));
  yield { type: "finish", phase: "train", norm, seed, testAccuracy };
  const epochSeconds = (seconds * data.train.labels.length) / samples;
  const run = { norm, seed, parameters, losses, testAccuracy, epochSeconds, peakBytes };
  const { evaluations, probes } = partial;
  const batch1 = config.batch1 ? yield* withBatch1(job, net) : LEFT_OUT;
  const noted = { ...(evaluations && { evaluations }), ...(probes && { probes }) };
  return { ...run, batch1, ...(answers && { answers }), ...noted };
}

/** The evaluation of the last step, if there was one; the store may hold one with fewer answers than asked for. */
function endOf({ config, data, partial }: Job, step: number): Omit<Evaluation, "step"> | undefined {
  const last = partial.evaluations?.at(-1);
  const count = Math.min(config.answers, data.test.labels.length);
  const { testAccuracy = 0, answers = [] } = last ?? {};
  if (last?.step !== step || answers.length < count) return undefined;
  return { testAccuracy, ...(count > 0 && { answers: answers.slice(0, count) }) };
}

async function evaluateNow(
  job: Job,
  net: NormResNet,
  batchSize: number,
): Promise<Omit<Evaluation, "step">> {
  const loader = loaderOf(job, job.data.test, batchSize);
  const { accuracy: testAccuracy, answers } = await evaluate(net, loader, job.signal);
  const { answers: count } = job.config;
  return { testAccuracy, ...(count > 0 && { answers: answers.slice(0, count) }) };
}

/**
 * The number of samples in the main training: whole passes over the images, or the samples of `steps` steps. The last
 * step of a pass may be short.
 */
function samplesOf({ config, data }: Job): number {
  const images = data.train.labels.length;
  if (config.steps === null) return config.epochs * images;
  const pass = Math.ceil(images / config.batchSize);
  const passes = Math.floor(config.steps / pass);
  return passes * images + (config.steps - passes * pass) * config.batchSize;
}

const LEFT_OUT: Batch1 = { evalAccuracy: null, trainAccuracy: null, note: "batch 1 left out" };

async function* withBatch1(job: Job, net: NormResNet): AsyncGenerator<CompareEvent, Batch1> {
  const { testAccuracy: evalAccuracy } = await evaluateNow(job, net, 1);
  return { evalAccuracy, ...(yield* trainWithBatch1(job)) };
}

/** Trains a fresh net from the same weights with one image a step. A stop or a refusal becomes the note. */
async function* trainWithBatch1(
  job: Job,
): AsyncGenerator<CompareEvent, Omit<Batch1, "evalAccuracy">> {
  const { config, signal, norm, seed } = job;
  const samples = config.batch1Samples ?? samplesOf(job);
  if (samples === 0) return { trainAccuracy: null, note: "not trained with batch 1" };
  using net = build(job);
  let trainAccuracy: number | null = null;
  let note = `trained on ${samples} single images`;
  try {
    yield* training(job, net, "batch1", 1, samples);
    trainAccuracy = (await evaluateNow(job, net, EVAL_BATCH)).testAccuracy;
  } catch (error) {
    if (signal?.aborted) note = "stopped before the training with batch 1 was finished";
    else if (isRefusal(error)) note = error.message;
    else throw error;
  }
  yield { type: "finish", phase: "batch1", norm, seed, testAccuracy: trainAccuracy };
  return { trainAccuracy, note };
}

async function* training(
  job: Job,
  net: NormResNet,
  phase: Phase,
  batchSize: number,
  samples: number,
): AsyncGenerator<CompareEvent, Trained> {
  const { config, controls, norm, seed, signal, saveEvery } = job;
  const about = { phase, norm, seed };
  yield { type: "start", ...about };
  const loader = loaderOf(job, job.data.train, batchSize, true);
  const main = phase === "train";
  const { losses, evaluations, probes }: UnfinishedRun = main
    ? job.partial
    : { norm, seed, losses: [] };
  const steps = train(net, loader, {
    ...{ samples, lr: stepSize(config, batchSize), signal },
    store: job.store?.(storeName(norm, seed, phase)),
    settings: { norm, seed, width: config.width, data: job.source },
    saveEvery,
    losses,
    notes: { evaluations: evaluations ?? [], probes: probes ?? [] },
    lrNow() {
      if (controls.lr === undefined) return undefined;
      const lr = checkRate("controls.lr", controls.lr);
      return stepSize({ ...config, lr }, batchSize);
    },
    probe: { every: main ? config.probeEvery : 0, blocks: net.blocks },
  });
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done) return value;
      if (value === "resume") {
        const lists = { losses, ...(evaluations && { evaluations }), ...(probes && { probes }) };
        yield { type: "resume", ...about, ...structuredClone(lists) };
        continue;
      }
      const { blocks, ...progress } = value;
      yield { type: "step", ...about, ...progress };
      const { step } = progress;
      if (blocks) {
        probes?.push({ step, blocks });
        yield { type: "probe", ...about, step, blocks };
      }
      if (!main || config.evaluateEvery === 0 || step % config.evaluateEvery > 0) continue;
      const evaluation = { step, ...(await evaluateNow(job, net, EVAL_BATCH)) };
      net.train();
      evaluations?.push(evaluation);
      yield { type: "evaluate", ...about, ...evaluation };
    }
  } finally {
    await steps.return({ losses: [], seconds: 0, peakBytes: 0 });
  }
}

/**
 * The noise of a gradient grows as 1/√batch, and Adam's step must shrink with it (Malladi et al. 2022, arXiv
 * 2205.10287). After 1,600 single images group norm classified 27 % of the test images right with this step size, and
 * 14 % with the step size of 16 images.
 */
const stepSize = ({ lr, batchSize }: CompareConfig, taken: number): number =>
  lr * Math.sqrt(taken / batchSize);

/** The same seed gives every norm the same convolutions: norms start from ones and zeros and draw no random numbers. */
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
