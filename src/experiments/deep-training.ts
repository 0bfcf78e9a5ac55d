import type { HostAbortSignal } from "../host-types.js";
import { crossEntropy } from "../ops/reduce/cross-entropy.js";
import { SGD } from "../optim/sgd.js";
import { manualSeed } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { tidy } from "../tensor.js";
import { drawPoints } from "./circle-points.js";
import { type ActivationName, DeepMLP, type DeepMLPOptions, type MLPNorm } from "./deep-mlp.js";
import { pace } from "./pace.js";
import type { Stage } from "./stage.js";
import { countRight } from "./train.js";

/** How one net trained. */
export interface Trained {
  activation: ActivationName;
  norm: MLPNorm;
  /** Whether its norms have a scale and a shift. */
  affine: boolean;
  /** The loss of each training step. */
  losses: number[];
  /** The share of right answers in the last tenth of the steps, in training mode. */
  accuracy: number;
}

/** A step of all nets, with the loss of each. */
export interface TrainingStep extends Stage {
  losses?: number[];
}

interface TrainingOptions {
  seed: number;
  steps: number;
  batch: number;
  runtime: Runtime;
  signal?: HostAbortSignal;
  /** The step size, asked for before every step. */
  lr: () => number;
  /** Asked before every step: training ends without a result once it is false. */
  isWanted: () => boolean;
}

/**
 * Trains nets step by step side by side: each starts from the same seed, and all see the same points. Returns null if
 * the training was no longer wanted.
 */
export async function* trainTogether(
  options: readonly (DeepMLPOptions & { affine: boolean })[],
  { seed, steps, batch, runtime, signal, lr, isWanted }: TrainingOptions,
): AsyncGenerator<TrainingStep, Trained[] | null> {
  const last = Math.ceil(steps / 10);
  const trainings = options.map((each) => {
    manualSeed(seed); // all draw the same numbers: after the last one the points begin where they did after each
    const net = new DeepMLP(each);
    const optimizer = new SGD(net.parameters(), { lr: lr(), momentum: 0.9 });
    return { each, net, optimizer, losses: [] as number[], right: 0 };
  });
  try {
    for (let step = 1; step <= steps; step++) {
      await pace(signal);
      if (!isWanted()) return null;
      tidy(() => {
        const { points, labels } = drawPoints(batch, runtime);
        for (const training of trainings) {
          const { net, optimizer, losses } = training;
          optimizer.lr = lr();
          optimizer.zeroGrad();
          const logits = net.forward(points);
          const loss = crossEntropy(logits, labels);
          loss.backward();
          optimizer.step();
          losses.push(loss.item());
          if (step > steps - last) training.right += countRight(logits.data, labels);
        }
      });
      yield {
        stage: "training",
        step,
        steps,
        losses: trainings.map(({ losses }) => losses[step - 1]),
      };
    }
  } finally {
    for (const { net, optimizer } of trainings) {
      net.zeroGrad();
      optimizer.dispose();
      net.dispose();
    }
  }
  return trainings.map(({ each: { activation, norm, affine }, losses, right }) => {
    return { activation, norm, affine, losses, accuracy: right / (last * batch) };
  });
}
