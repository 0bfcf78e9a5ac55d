// A training of NormResNet on parts of the batches of one process. Writes the losses over all ranks, the counted
// traffic and a checksum of the whole state.
import { createHash } from "node:crypto";
import { gather } from "../../../src/data/gather.js";
import { normalizeImages } from "../../../src/data/normalize.js";
import { proceduralDataset } from "../../../src/data/procedural.js";
import { DistributedDataParallel } from "../../../src/distributed/ddp.js";
import { initProcessGroup } from "../../../src/distributed/init.js";
import { DistributedSampler } from "../../../src/distributed/sampler.js";
import { NormResNet } from "../../../src/models/norm-resnet.js";
import * as nn from "../../../src/nn/index.js";
import { crossEntropy } from "../../../src/ops/reduce/cross-entropy.js";
import { Adam, SGD } from "../../../src/optim/index.js";
import { manualSeed } from "../../../src/random.js";
import { init } from "../../../src/runtime/default-runtime.js";
import { tidy, zeros } from "../../../src/tensor.js";
import { given, result } from "./rank.js";

interface Arguments {
  steps: number;
  /** The samples of each rank in each batch. */
  shards: number[];
  optimizer?: "adam" | "sgd";
  /** "none": plain batch norm. */
  sync?: "group" | "none";
  /** "before", the right one: the loss of each rank is weighted by its samples. */
  weighting?: "before" | "after" | "mean";
  bucketCapMb?: number;
  order?: "fast" | "fixed";
  /** Permutes the samples within each batch. */
  permute?: number;
  timeout?: number;
}

const {
  steps,
  shards,
  optimizer = "adam",
  sync = "group",
  weighting = "before",
  ...others
} = given<Arguments>();
const { bucketCapMb, order, permute, timeout = 120 } = others;
const BATCH = 24;
const group = await initProcessGroup({ timeout, order });
const runtime = await init({ threads: 1, deterministic: true });
const { rank, size } = group;
const dataset = proceduralDataset({ count: 240 });

manualSeed(0);
const net = new NormResNet({ norm: "bn", width: 8 });
if (sync === "group") nn.SyncBatchNorm.convertSyncBatchNorm(net, group);
const ddp = new DistributedDataParallel(net, { processGroup: group, bucketCapMb });
const parameters = ddp.parameters();
const made =
  optimizer === "adam"
    ? new Adam(parameters, { lr: 1e-3 })
    : new SGD(parameters, { lr: 0.05, momentum: 0.9 });
const sampler = new DistributedSampler(240, { seed: 1 });
const start = shards.slice(0, rank).reduce((a, b) => a + b, 0);
const counted: { collectives: number; bytes: number }[] = [];

function step(batch: Uint32Array): number {
  const own = batch.subarray(start, start + shards[rank]);
  const { images, labels } = gather(dataset, own);
  const x = zeros([own.length, 3, 32, 32]);
  normalizeImages(images, undefined, undefined, x.elements);
  const { collectives, bytes } = group.traffic;
  const loss = crossEntropy(ddp.forward(x), Array.from(labels));
  made.zeroGrad();
  const share = own.length / batch.length;
  if (weighting === "before") ddp.backward(loss, own.length);
  else {
    // a wrong way: every rank goes back from its own mean, and the gradients are weighted afterwards
    const factor = weighting === "after" ? share * size : 1;
    ddp.noSync(() => ddp.backward(loss, 1));
    for (const { grad } of parameters) {
      if (!grad) continue;
      grad.elements.forEach((v, i, list) => {
        list[i] = (v * factor) / size;
      });
      group.allReduce(grad);
    }
  }
  counted.push({
    collectives: group.traffic.collectives - collectives,
    bytes: group.traffic.bytes - bytes,
  });
  made.step();
  const weighted = Float64Array.of(own.length > 0 ? loss.item() * share : 0);
  group.allReduce(weighted);
  return weighted[0];
}

const losses: number[] = [];
for (let epoch = 0; losses.length < steps; epoch++) {
  for (const batch of sampler.batches(epoch, BATCH)) {
    if (losses.length === steps) break;
    if (permute) batch.sort((a, b) => ((a * 7919 + permute) % 241) - ((b * 7919 + permute) % 241));
    losses.push(tidy(() => step(batch)));
  }
}
const { collectives } = group.traffic;
ddp.eval();
tidy(() => ddp.forward(zeros([2, 3, 32, 32])));
ddp.stateDict();
const inEvaluation = group.traffic.collectives - collectives;
const hash = createHash("sha256");
for (const tensor of ddp.stateDict().values()) hash.update(Buffer.from(tensor.toArray().buffer));
const count = parameters.reduce((sum, parameter) => sum + parameter.size, 0);
result(rank, {
  losses,
  counted: counted.at(-1),
  parameters: count,
  inEvaluation,
  keys: [...ddp.stateDict().keys()].slice(0, 3),
  state: hash.digest("hex"),
  tensors: runtime.stats().tensors,
});
group.close();
runtime.close();
