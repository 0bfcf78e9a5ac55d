// What DistributedDataParallel does beside a training: every finding has a name.

import { MinMaxScaler } from "../../../src/data/scalers/min-max-scaler.js";
import { StandardScaler } from "../../../src/data/scalers/standard-scaler.js";
import { DistributedDataParallel } from "../../../src/distributed/ddp.js";
import { initProcessGroup } from "../../../src/distributed/init.js";
import { anyRank, seedRank } from "../../../src/distributed/ranks.js";
import * as nn from "../../../src/nn/index.js";
import { add } from "../../../src/ops/elementwise/add.js";
import { mul } from "../../../src/ops/elementwise/mul.js";
import { mean } from "../../../src/ops/reduce/mean.js";
import { clipGradNorm } from "../../../src/optim/index.js";
import { manualSeed, rand } from "../../../src/random.js";
import { init } from "../../../src/runtime/default-runtime.js";
import { type Tensor, tensor, tidy, zeros } from "../../../src/tensor.js";
import { normal } from "../../numbers.js";
import { result } from "./rank.js";

const group = await initProcessGroup({ timeout: 60, check: true });
const runtime = await init({ threads: 1, deterministic: true });
const { rank, size } = group;
const found: Record<string, unknown> = {};
const message = (fn: () => unknown): string => {
  try {
    fn();
    return "none";
  } catch (error) {
    return (error as Error).message;
  }
};

/** A layer that uses one of its two parts. */
class Either extends nn.Module {
  readonly first = new nn.Linear(2, 1);
  readonly second = new nn.Linear(2, 1);
  use = 0;
  forward(x: Tensor): Tensor {
    if (this.use === 2) return add(this.first.forward(x), this.second.forward(x));
    return (this.use === 0 ? this.first : this.second).forward(x);
  }
}
const input = (n: number, seed = rank) => tensor(normal(2 * n, seed + 1), [n, 2]);
const gradients = (module: nn.Module) =>
  module.parameters().map((parameter) => [...(parameter.grad?.toArray() ?? [])]);
const clear = (module: nn.Module) => {
  module.zeroGrad();
  return runtime.stats().tensors;
};

// the ranks begin with the values of rank 0
manualSeed(rank);
const either = new Either();
const ddp = new DistributedDataParallel(either, { processGroup: group });
found.start = [...either.first.weight.toArray()];
found.keys = [...ddp.stateDict().keys()];
found.print = String(ddp).split("\n")[0];

// a parameter that only some ranks use
either.use = rank === 0 ? 0 : 1;
const tensors = clear(ddp);
found.unused = message(() => tidy(() => ddp.backward(mean(ddp.forward(input(2))), 2)));
found.afterRefusal = gradients(either);
found.leak = clear(ddp) - tensors;
const some = new Either();
some.use = rank === 0 ? 0 : 1;
const finding = new DistributedDataParallel(some, {
  processGroup: group,
  findUnusedParameters: true,
});
tidy(() => finding.backward(mean(finding.forward(input(2))), 2));
found.zeros = gradients(some);

// the same behind a norm whose own sums go between those of the gradients
const behind = new nn.Sequential(new nn.SyncBatchNorm(2, { processGroup: group }), some);
const mixed = new DistributedDataParallel(behind, {
  ...{ processGroup: group, findUnusedParameters: true, bucketCapMb: 1e-5 },
});
mixed.zeroGrad();
found.mixed = message(() => tidy(() => mixed.backward(mean(mixed.forward(input(2))), 2)));
found.mixedGradients = gradients(mixed);

// one graph over all parts, in three calls: two wait, the third sends
const net = new nn.Linear(2, 1);
const trained = new DistributedDataParallel(net, { processGroup: group });
const loss = (n: number, seed: number) => mean(mul(trained.forward(input(n, seed)), 2));
const collectives = group.traffic.collectives;
tidy(() => {
  trained.noSync(() => {
    trained.backward(loss(3, 10 * rank), 3);
    trained.backward(loss(rank, 10 * rank + 1), rank);
  });
  found.inNoSync = group.traffic.collectives - collectives;
  trained.backward(loss(2, 10 * rank + 2), 2);
});
found.accumulated = gradients(net);
found.again = (() => {
  tidy(() => trained.backward(loss(2, 5), 2));
  const twice = gradients(net);
  net.zeroGrad();
  tidy(() => trained.backward(loss(2, 5), 2));
  return [twice, gradients(net)];
})();
found.noSyncOnSums = message(() => trained.noSync(() => trained.backward(loss(1, 1), 1)));
found.norm = clipGradNorm(net.parameters(), 0.01);
found.clipped = gradients(net);
found.plain = message(() => loss(1, 1).backward());
found.async = message(() => trained.noSync(async () => {}));
found.nobody = message(() => tidy(() => trained.backward(loss(2, 1), 0)));
net.zeroGrad();

// every rank has another number of batches
const joining = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
nn.SyncBatchNorm.convertSyncBatchNorm(joining, group);
const joined = new DistributedDataParallel(joining, { processGroup: group });
joined.join(() => {
  for (let step = 0; step <= rank; step++)
    tidy(() => joined.backward(mean(joined.forward(input(4, step))), 4));
});
found.joined = [...joined.stateDict().values()].map((t) => Array.from(t.toArray(), Number));

// buffers that differ until they are asked for
const plain = new nn.BatchNorm1d(2);
const buffered = new DistributedDataParallel(plain, { processGroup: group });
tidy(() => buffered.forward(input(4, 3 * rank)));
const before = plain.runningMean?.toArray() ?? [];
buffered.syncBuffers();
found.buffers = [[...before], [...(plain.runningMean?.toArray() ?? [])]];
buffered.eval();
const count = group.traffic.collectives;
if (rank === 0) tidy(() => buffered.forward(input(4, 7)));
found.alone = group.traffic.collectives - count;
found.training = [buffered.training, plain.training];

found.anyRank = [anyRank(group, rank === size - 1), anyRank(group, false)];
seedRank(group, 3);
found.random = rand([1]).item();
// no rank has numbers of one size, one has none, and features that are constant or only here and there have a number
const rows = (r: number) =>
  r === 1
    ? []
    : Array.from(normal(600, 100 + r), (v, i) => {
        const kinds = [
          v + 1e4,
          v * 10 ** (v * 40),
          0.1,
          v > 0 ? v : Number.NaN,
          -0 * v,
          v * 2 ** 500,
        ];
        return kinds[i % 6];
      });
const all = [...Array(size).keys()].flatMap(rows);
const statistics = (standard: StandardScaler, range: MinMaxScaler) => {
  const lists = [standard.mean, standard.variance, range.min, range.max];
  const scaled = [standard, range].flatMap((scaler) => [...scaler.transform(all)]);
  return [...lists.flatMap((list) => [...list]), ...scaled].map(String);
};
const scalers = () => [new StandardScaler(6), new MinMaxScaler(6)] as const;
const [standard, range] = scalers();
found.statistics = statistics(
  standard.fitDistributed(rows(rank), group),
  range.fitDistributed(rows(rank), group),
);
const [pooled, pooledRange] = scalers();
found.pooled = statistics(pooled.fit(all), pooledRange.fit(all));
found.other = message(
  () => new DistributedDataParallel(new nn.Linear(2 + (rank % 2), 1), { processGroup: group }),
);
found.otherKeys = message(
  () =>
    new DistributedDataParallel(rank === 0 ? new nn.Linear(2, 1) : new Either(), {
      processGroup: group,
    }),
);
found.otherOptions = message(
  () => new DistributedDataParallel(net, { processGroup: group, bucketCapMb: 1 + rank }),
);
tidy(() => zeros([1]));
result(rank, found);
group.close();
runtime.close();
