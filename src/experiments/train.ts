import { noGrad } from "../autograd.js";
import type { Batch, DataLoader } from "../data/loader.js";
import type { HostAbortSignal } from "../host-types.js";
import type { CheckpointStore } from "../io/checkpoint-file.js";
import type { Module } from "../nn/module.js";
import { crossEntropy } from "../ops/reduce/cross-entropy.js";
import { Adam } from "../optim/adam.js";
import type { Optimizer } from "../optim/optimizer.js";
import { defaultGenerator } from "../random.js";
import { tidy } from "../tensor.js";
import { OwnPeak } from "./own-peak.js";
import { pace } from "./pace.js";
import { type BlockProbe, probe } from "./probe.js";
import { RunLog, type RunNotes, type RunSettings } from "./run-log.js";

/** Takes one step of a classifier on a batch and returns the cross-entropy before it. */
export function trainStep(net: Module, optimizer: Optimizer, { images, labels }: Batch): number {
  return tidy(() => {
    optimizer.zeroGrad();
    const loss = crossEntropy(net.forward(images), labels);
    loss.backward();
    optimizer.step();
    return loss.item();
  });
}

export interface Progress {
  /** The first step is 1. */
  step: number;
  steps: number;
  loss: number;
  /** The average number of steps a second so far. */
  rate: number;
  /** The largest memory of this training in a step so far, in bytes. */
  peakBytes: number;
  /** What was seen in the blocks, if they were looked into. */
  blocks?: BlockProbe[];
}

export interface TrainOptions {
  /** Stop after the batch that reaches this number of samples. */
  samples: number;
  lr: number;
  signal?: HostAbortSignal;
  /**
   * Where the run is saved after every `saveEvery` steps, and at its end. A saved run is continued, with the same
   * losses to the last bit.
   */
  store?: CheckpointStore;
  /** Default: the steps of an epoch. */
  saveEvery?: number;
  /** Other settings that the losses depend on. A store that holds a run with other settings is refused. */
  settings?: RunSettings;
  /** The list for the losses, those from the store first. They stay there if the training is stopped. */
  losses?: number[];
  /** Lists that are saved with the run, and that get what the store held. The caller fills them. */
  notes?: RunNotes;
  /** Called before every step. undefined leaves the step size as it is. */
  lrNow?: () => number | undefined;
  /** Look into these blocks at each step whose number is a multiple of `every`. 0: never. */
  probe?: { every: number; blocks: readonly Module[] };
}

export interface Trained {
  losses: number[];
  /** The time spent in steps, in seconds. */
  seconds: number;
  /**
   * The largest memory of this training during a step, earlier sessions included. Everything else in the runtime does
   * not count, such as other trainings that take turns with this one.
   */
  peakBytes: number;
}

/**
 * Trains with Adam (Kingma & Ba 2015, arXiv 1412.6980), yields after each step, and returns losses, time and memory. If
 * the store held a run, yields "resume" before the first new step; the lists are filled then. The optimiser's state and
 * the gradients are freed at the end.
 */
export async function* train(
  net: Module,
  loader: DataLoader,
  options: TrainOptions,
): AsyncGenerator<Progress | "resume", Trained> {
  const { samples, lr, signal, store, saveEvery = loader.length, settings } = options;
  const { losses = [], notes, lrNow, probe: look } = options;
  const steps = countSteps(loader, samples);
  const optimizer = new Adam(net.parameters(), { lr });
  const { batchSize, length: batches } = loader;
  const run = new RunLog({ lr, batchSize, batches, ...settings }, steps, losses, notes);
  const parts = { model: net, optimizer, generator: defaultGenerator, run };
  const peak = new OwnPeak(net, optimizer);
  const blocksAt = (step: number) =>
    look && look.every > 0 && step % look.every === 0 ? look.blocks : [];
  try {
    await store?.load(parts);
    if (losses.length > 0) yield "resume";
    net.train();
    while (losses.length < steps) {
      const epoch = Math.floor(losses.length / loader.length);
      for (const batch of loader.batches(epoch, losses.length % loader.length)) {
        await pace(signal);
        optimizer.lr = lrNow?.() ?? optimizer.lr;
        const blocks = blocksAt(losses.length + 1);
        const step = () => probe(blocks, () => trainStep(net, optimizer, batch));
        const begin = performance.now();
        const { result, peakBytes } = peak.of(batch, step);
        run.seconds += (performance.now() - begin) / 1000;
        run.peakBytes = Math.max(run.peakBytes, peakBytes);
        const { result: loss, read } = result;
        losses.push(loss);
        const progress = { step: losses.length, steps, loss, peakBytes: run.peakBytes };
        const rate = losses.length / run.seconds;
        yield { ...progress, rate, ...(blocks.length > 0 && { blocks: read() }) };
        const ended = losses.length === steps;
        if (ended || losses.length % saveEvery === 0) await store?.save(parts, null);
        if (ended) break;
      }
    }
    return { losses, seconds: run.seconds, peakBytes: run.peakBytes };
  } finally {
    net.zeroGrad();
    optimizer.dispose();
  }
}

/** The number of steps until `samples` samples were seen. The last batch of an epoch may be short. */
export function countSteps(loader: DataLoader, samples: number): number {
  const size = loader.dataset.labels.length;
  const epochs = Math.floor(samples / size);
  return epochs * loader.length + Math.ceil((samples - epochs * size) / loader.batchSize);
}

/** The share of a loader's images that `net` classifies right in evaluation mode, and its answer to each of them. */
export async function evaluate(
  net: Module,
  loader: DataLoader,
  signal?: HostAbortSignal,
): Promise<{ accuracy: number; answers: number[] }> {
  const answers: number[] = [];
  let right = 0;
  net.eval();
  for (const { images, labels } of loader.batches()) {
    await pace(signal);
    const logits = tidy(() => noGrad(() => net.forward(images).toArray()));
    right += countRight(logits, labels.data);
    answers.push(...answersOf(logits, labels.size));
  }
  return { accuracy: right / loader.dataset.labels.length, answers };
}

/** The class of the largest value of each of `rows` rows, the first of equal ones. −1 for a row with NaN. */
export function answersOf(logits: Float32Array, rows: number): number[] {
  const classes = logits.length / rows;
  return Array.from({ length: rows }, (_, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    return row.some(Number.isNaN) ? -1 : row.indexOf(Math.max(...row));
  });
}

/** The number of rows of `logits` [n, classes] whose largest value is at their label. A row with NaN is never right. */
export function countRight(logits: Float32Array, labels: Int32Array): number {
  const answers = answersOf(logits, labels.length);
  return answers.filter((answer, i) => answer === labels[i]).length;
}
