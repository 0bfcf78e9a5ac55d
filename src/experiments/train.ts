import { noGrad } from "../autograd.js";
import type { Batch, DataLoader } from "../data/loader.js";
import type { HostAbortSignal } from "../host-types.js";
import type { CheckpointStore } from "../io/checkpoint-file.js";
import type { Module } from "../nn/module.js";
import { crossEntropy } from "../ops/cross-entropy.js";
import { Adam, type Optimizer } from "../optim/index.js";
import { defaultGenerator } from "../random.js";
import { tidy } from "../tensor.js";
import { pace } from "./pace.js";
import { RunLog, type RunSettings } from "./run-log.js";

/** One step of a classifier on a batch; returns the cross-entropy before it. */
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
  /** Counts from 1. */
  step: number;
  steps: number;
  loss: number;
  /** Steps a second, on average so far. */
  rate: number;
}

export interface TrainOptions {
  /** Stop with the batch that reaches so many samples. */
  samples: number;
  lr: number;
  signal?: HostAbortSignal;
  /** Where the run is saved after every epoch; what is there already is gone on from, with the same losses to the last bit. */
  store?: CheckpointStore;
  /** What else the losses depend on; a store with a run of other settings is refused. */
  settings?: RunSettings;
}

export interface Trained {
  losses: number[];
  /** Spent in steps. */
  seconds: number;
  /** The most memory that was in use in the runtime, sessions before included. */
  peakBytes: number;
}

/**
 * Trains with Adam (Kingma & Ba 2015, arXiv 1412.6980), yields after each step and returns losses, time and memory. The
 * optimiser's state and the gradients are freed in the end.
 */
export async function* train(
  net: Module,
  loader: DataLoader,
  { samples, lr, signal, store, settings }: TrainOptions,
): AsyncGenerator<Progress, Trained> {
  const steps = countSteps(loader, samples);
  const optimizer = new Adam(net.parameters(), { lr });
  const { batchSize, length: batches } = loader;
  const run = new RunLog({ lr, batchSize, batches, ...settings }, steps);
  const { runtime } = net.parameters()[0];
  const parts = { model: net, optimizer, generator: defaultGenerator, run };
  try {
    await store?.load(parts);
    runtime.resetPeak(); // a checkpoint is in memory twice while it is loaded
    const { losses } = run;
    net.train();
    while (losses.length < steps) {
      for (const batch of loader.batches(losses.length / loader.length)) {
        await pace(signal);
        const begin = performance.now();
        const loss = trainStep(net, optimizer, batch);
        run.seconds += (performance.now() - begin) / 1000;
        losses.push(loss);
        yield { step: losses.length, steps, loss, rate: losses.length / run.seconds };
        if (losses.length === steps) break;
      }
      run.peakBytes = Math.max(run.peakBytes, runtime.stats().peakBytes);
      if (losses.length % loader.length === 0) await store?.save(parts, null);
    }
    return { losses, seconds: run.seconds, peakBytes: run.peakBytes };
  } finally {
    net.zeroGrad();
    optimizer.dispose();
  }
}

/** Steps until `samples` samples were seen; the last batch of an epoch may be a short one. */
export function countSteps(loader: DataLoader, samples: number): number {
  const size = loader.dataset.labels.length;
  const epochs = Math.floor(samples / size);
  return epochs * loader.length + Math.ceil((samples - epochs * size) / loader.batchSize);
}

/** The share of a loader's images that `net`, in evaluation mode, gets right. */
export async function evaluate(
  net: Module,
  loader: DataLoader,
  signal?: HostAbortSignal,
): Promise<number> {
  let right = 0;
  net.eval();
  for (const { images, labels } of loader.batches()) {
    await pace(signal);
    right += tidy(() => noGrad(() => countRight(net.forward(images).data, labels.data)));
  }
  return right / loader.dataset.labels.length;
}

/** How many rows of `logits` [n, classes] are largest at their label; a NaN is never right. */
export function countRight(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  let right = 0;
  labels.forEach((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    if (row.every((value, k) => (k < label ? value < row[label] : value <= row[label]))) right++;
  });
  return right;
}
