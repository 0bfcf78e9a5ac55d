import type { ImageDataset } from "../data/cifar10.js";
import type { HostAbortSignal } from "../host-types.js";
import type { CheckpointStore } from "../io/checkpoint-file.js";
import type { NormName } from "../models/norm-resnet.js";
import type { Runtime } from "../runtime/runtime.js";
import type { BlockProbe } from "./probe.js";
import type { Progress } from "./train.js";

/** Settings of `compare`; `compareDefaults` has the defaults. */
export interface CompareConfig {
  /** Specs of `createNorm`. */
  norms: readonly NormName[];
  epochs: number;
  /** The steps of the main training, instead of epochs. null: as many steps as the epochs have. */
  steps: number | null;
  batchSize: number;
  /** The channels of the first block. */
  width: number;
  /**
   * The seed of the first run of each norm; later runs count up. It decides the initial weights and the order of the
   * samples.
   */
  seed: number;
  /** The number of runs per norm. */
  seeds: number;
  /** Adam's step size with batches of `batchSize` images. Training with single images uses lr/√batchSize. */
  lr: number;
  /** The number of samples for the training with batch 1. null: as many as in the main run. 0: no such training. */
  batch1Samples: number | null;
  /** Whether single images are used at all, also in the evaluation of the trained net. */
  batch1: boolean;
  /** Evaluate on the test images after every so many steps of the main training. 0: only after the last step. */
  evaluateEvery: number;
  /** Look into the net's blocks after every so many steps of the main training. 0: never. */
  probeEvery: number;
  /** Keep the class that the net gives to each of the first so many test images, at every evaluation. 0: none. */
  answers: number;
}

/**
 * A comparison with 1,600 images takes about two minutes on two cores. Instance norm needs the large step size: at 1e-3
 * its accuracy is hardly above chance at the end.
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
  answers: 0,
};

/** The images to train with, and the images to test with. */
export interface CompareData {
  train: ImageDataset;
  test: ImageDataset;
}

/** What may be changed while the comparison runs. */
export interface CompareControls {
  /** Replaces the configuration's `lr` and is read before every step. A continued run keeps its last value. */
  lr?: number;
}

/** Options of `compare` beside its settings. */
export interface CompareOptions {
  /** Default: the runtime of `init()`. */
  runtime?: Runtime;
  /** Ends the comparison. What is finished is returned, with the data so far of the training that was stopped. */
  signal?: HostAbortSignal;
  /** Controls that may change at any time. */
  controls?: CompareControls;
  /**
   * The store of the training with this name, so that it can continue after an interruption. Default: nothing is
   * stored.
   */
  store?: (name: string) => CheckpointStore;
  /** The steps between two saves into the store; the end of a training is saved too. Default: the steps of an epoch. */
  saveEvery?: number;
  /** More entries for `config` and `machine` of the result. */
  config?: Record<string, Json>;
  machine?: Record<string, Json>;
}

/** What JSON can hold, without objects. */
export type Json = string | number | boolean | null | readonly Json[];

/** The training of one norm from one seed. */
export interface Run {
  norm: NormName;
  seed: number;
  parameters: number;
  /** The loss of each training step. */
  losses: number[];
  /** The share of right answers, 0 to 1, in evaluation mode. */
  testAccuracy: number;
  /** The answers to the first test images at the end of the training, if `answers` is not 0. */
  answers?: number[];
  /** The mean time for the training steps of an epoch, in seconds. */
  epochSeconds: number;
  /** The largest memory in use during a training step: parameters, gradients, optimiser, activations, batch. */
  peakBytes: number;
  batch1: Batch1;
  /** Test accuracy on the way, if `evaluateEvery` is not 0. Those from before an interruption are the first. */
  evaluations?: Evaluation[];
  /** Looks into the blocks, if `probeEvery` is not 0. */
  probes?: Probe[];
}

/** The accuracy at one step of a training. */
export interface Evaluation {
  /** The first step is 1. */
  step: number;
  testAccuracy: number;
  /** The class of each of the first test images, −1 where the net answers NaN; if `answers` is not 0. */
  answers?: number[];
}

/** A look into the blocks at one step of a training. */
export interface Probe {
  step: number;
  /** One entry for each block, the first block first. */
  blocks: BlockProbe[];
}

/** A training up to some step: a main training that was stopped, or what a store held. */
export type UnfinishedRun = Pick<Run, "norm" | "seed" | "losses" | "evaluations" | "probes">;

/** Results with one image at a time. */
export interface Batch1 {
  /** The test accuracy of the trained net, evaluated with batch 1; null if that was left out. */
  evalAccuracy: number | null;
  /** The test accuracy of a net trained with batch 1 from the same weights; null if that was refused or left out. */
  trainAccuracy: number | null;
  note: string;
}

/** What `compare` returns. */
export interface CompareResult {
  config: CompareConfig & Record<string, Json>;
  machine: Record<string, Json>;
  runs: Run[];
  /** Present if a training was stopped before its end. */
  unfinished?: UnfinishedRun[];
}

/** The main training of a run, or its training with batch 1. */
export type Phase = "train" | "batch1";

/** "resume" stands behind "start" and tells what the store held of this training. */
export type CompareEvent =
  | { type: "start"; phase: Phase; norm: NormName; seed: number }
  | ({ type: "resume"; phase: Phase } & UnfinishedRun)
  | ({ type: "step"; phase: Phase; norm: NormName; seed: number } & Progress)
  | ({ type: "probe"; phase: Phase; norm: NormName; seed: number } & Probe)
  | ({ type: "evaluate"; phase: Phase; norm: NormName; seed: number } & Evaluation)
  | { type: "finish"; phase: Phase; norm: NormName; seed: number; testAccuracy: number | null }
  | { type: "run"; run: Run };
