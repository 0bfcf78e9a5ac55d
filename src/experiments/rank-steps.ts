// What the ranks of a group do together on their parts of a data set.

import { noGrad } from "../autograd.js";
import type { ImageDataset } from "../data/cifar10.js";
import { gather } from "../data/gather.js";
import { DataLoader } from "../data/loader.js";
import { normalizeImages } from "../data/normalize.js";
import type { HostAbortSignal } from "../host-types.js";
import type { Module } from "../nn/module.js";
import { crossEntropy } from "../ops/reduce/cross-entropy.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { ProcessGroup } from "../process-group.js";
import { type Tensor, tidy, zeros } from "../tensor.js";
import { pace } from "./pace.js";
import { countRight } from "./train.js";

/** A net whose ranks share their gradients, as `DistributedDataParallel`. */
export interface RankedNet extends Module {
  /** Gives all ranks the gradient of the mean over all samples; `loss` is the mean over the `count` of this rank. */
  backward(loss: Tensor, count: number): void;
  /** Gives all ranks the buffers of rank 0. */
  syncBuffers(): void;
}

/** The images and labels of this rank among those of a step. */
function partOf(
  dataset: ImageDataset,
  indices: Uint32Array,
  { rank, size }: ProcessGroup,
  net: Module,
) {
  const { images, labels } = gather(
    dataset,
    indices.filter((_, i) => i % size === rank),
  );
  const { runtime } = net.parameters()[0];
  const x = zeros([labels.length, 3, 32, 32], { runtime });
  normalizeImages(images, undefined, undefined, x.elements);
  return { x, labels: Array.from(labels) };
}

/** One step; the mean loss over all ranks. */
export function step(
  net: RankedNet,
  optimizer: Optimizer,
  dataset: ImageDataset,
  indices: Uint32Array,
  group: ProcessGroup,
): number {
  const { x, labels } = partOf(dataset, indices, group, net);
  optimizer.zeroGrad();
  const loss = crossEntropy(net.forward(x), labels);
  net.backward(loss, labels.length);
  optimizer.step();
  const share = Float64Array.of(
    labels.length > 0 ? (loss.item() * labels.length) / indices.length : 0,
  );
  group.allReduce(share);
  return share[0];
}

/** The largest difference of a running statistic between two ranks. */
export function distance(net: Module, group: ProcessGroup): number {
  const learned = new Set<unknown>(net.parameters());
  let largest = 0;
  for (const tensor of net.stateDict().values()) {
    if (learned.has(tensor) || tensor.dtype !== "float32") continue;
    const [least, most] = [0, 1].map(() => Float32Array.from(tensor.toArray() as Float32Array));
    group.allReduce(least, { op: "min" });
    group.allReduce(most, { op: "max" });
    most.forEach((value, i) => {
      largest = Math.max(largest, value - least[i]);
    });
  }
  return largest;
}

/** The share of right answers. Each rank answers its part of the images; no image counts twice. */
export async function accuracy(
  net: Module,
  dataset: ImageDataset,
  group: ProcessGroup,
  signal?: HostAbortSignal,
): Promise<number> {
  const right = new Float64Array(1);
  net.eval();
  const loader = new DataLoader(dataset, { batchSize: 64 * group.size });
  for (const indices of loader.indices()) {
    await pace(signal);
    right[0] += tidy(() => {
      const { x, labels } = partOf(dataset, indices, group, net);
      if (labels.length === 0) return 0;
      return countRight(
        noGrad(() => net.forward(x).toArray()),
        Int32Array.from(labels),
      );
    });
  }
  net.train();
  group.allReduce(right);
  return right[0] / dataset.labels.length;
}

/**
 * Throws Error on every rank unless all have done the same number of steps: a checkpoint may be there for some alone.
 */
export function checkSameSteps(done: number, group: ProcessGroup): void {
  const all = new Int32Array(group.size);
  group.allGather(all, Int32Array.of(done));
  if (all.every((steps) => steps === all[0])) return;
  throw new Error(
    `compareRanks: the ranks go on after ${all.join(", ")} steps; all of them must see the same checkpoint`,
  );
}
