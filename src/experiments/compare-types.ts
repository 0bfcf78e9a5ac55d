import type { ImageDataset } from "../data/cifar10.js";
import type { HostAbortSignal } from "../host-types.js";
import type { CheckpointStore } from "../io/checkpoint-file.js";
import type { NormName } from "../models/norm-resnet.js";
import type { Runtime } from "../runtime/runtime.js";
import type { BlockProbe } from "./probe.js";
import type { Progress } from "./train.js";

export interface CompareConfig {
  /** Specs of `createNorm`. */
  norms: readonly NormName[];
  epochs: number;
  /** Steps of the main training, in place of epochs; null: as many as the epochs have. */
  steps: number | null;
  batchSize: number;
  /** Channels of the first block. */
  width: number;
  /** Of the first run of each norm; the next ones count up. Decides the initial weights and the order of the samples. */
  seed: number;
  /** Runs per norm. */
  seeds: number;
  /** Adam's step size with batches of `batchSize`; single images take lr/√batchSize. */
  lr: number;
  /** Samples of the training with batch 1; null: as many as the main run sees. 0 leaves it out. */
  batch1Samples: number | null;
  /** Whether anything is done with single images, the evaluation of the trained net included. */
  batch1: boolean;
  /** Evaluate on the test images after every so many steps of the main training; 0: only behind the last. */
  evaluateEvery: number;
  /** Look into the net's blocks in every so manieth step of the main training; 0: never. */
  probeEvery: number;
}

/**
 * About two minutes on two cores with 1,600 images. Instance norm needs the large step size: at 1e-3 it is hardly above chance
 * by then.
 */
export const compareDefaults: CompareConfig = {
  norms: ["bn", "ln", "in", "gn"],
  epochs: 9,
  steps: null,
  batchSize: 16,
  width: 16,
  seed: 0,
  seeds: 1,
  lr: 3e-3,
  batch1Samples: null,
  batch1: true,
  evaluateEvery: 0,
  probeEvery: 0,
};

export interface CompareData {
  train: ImageDataset;
  test: ImageDataset;
}

/** What may be changed while it runs. */
export interface CompareControls {
  /** In the place of the configuration's `lr`, read before every step; a run that is gone on from keeps its last one. */
  lr?: number;
}

export interface CompareOptions {
  /** Default: that of `init()`. */
  runtime?: Runtime;
  /** Ends the comparison; what is finished by then is returned, and what there is of the training that was stopped. */
  signal?: HostAbortSignal;
  /** Levers, to be moved at any time. */
  controls?: CompareControls;
  /** Where a training of this name is kept, to go on from after an interruption; by default nowhere. */
  store?: (name: string) => CheckpointStore;
  /** Recorded in the result: more of `config` and `machine`. */
  config?: Record<string, Json>;
  machine?: Record<string, Json>;
}

export type Json = string | number | boolean | null | readonly Json[];

/** One norm trained from one seed. */
export interface Run {
  norm: NormName;
  seed: number;
  parameters: number;
  /** One per training step. */
  losses: number[];
  /** Share of right answers, 0 to 1, in evaluation mode. */
  testAccuracy: number;
  /** Mean seconds an epoch's training steps took. */
  epochSeconds: number;
  /** The most memory in use during a training step: parameters, gradients, optimiser, activations, batch. */
  peakBytes: number;
  batch1: Batch1;
  /** Test accuracy on the way; there where `evaluateEvery` is not 0. Those of before an interruption are not repeated. */
  evaluations?: Evaluation[];
  /** Looks into the blocks; there where `probeEvery` is not 0. */
  probes?: Probe[];
}

export interface Evaluation {
  /** Counts from 1. */
  step: number;
  testAccuracy: number;
}

export interface Probe {
  step: number;
  /** From the first block on. */
  blocks: BlockProbe[];
}

/** A main training that was stopped. */
export type UnfinishedRun = Pick<Run, "norm" | "seed" | "losses" | "evaluations" | "probes">;

/** What happens with one image at a time. */
export interface Batch1 {
  /** Test accuracy of the trained net, evaluated with batch 1; null where that was left out. */
  evalAccuracy: number | null;
  /** Test accuracy of a net trained with batch 1 from the same weights; null where that is refused or was left out. */
  trainAccuracy: number | null;
  note: string;
}

export interface CompareResult {
  config: CompareConfig & Record<string, Json>;
  machine: Record<string, Json>;
  runs: Run[];
  /** There where one was stopped before its end. */
  unfinished?: UnfinishedRun[];
}

/** The main training of a run, or the one with batch 1. */
export type Phase = "train" | "batch1";

export type CompareEvent =
  | { type: "start"; phase: Phase; norm: NormName; seed: number }
  | ({ type: "step"; phase: Phase; norm: NormName; seed: number } & Progress)
  | ({ type: "probe"; phase: Phase; norm: NormName; seed: number } & Probe)
  | ({ type: "evaluate"; phase: Phase; norm: NormName; seed: number } & Evaluation)
  | { type: "finish"; phase: Phase; norm: NormName; seed: number; testAccuracy: number | null }
  | { type: "run"; run: Run };
