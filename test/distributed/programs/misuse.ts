// What users do to a DistributedDataParallel by mistake, on every rank alike: nothing may be left of it.
import { DistributedDataParallel } from "../../../src/distributed/ddp.js";
import { initProcessGroup } from "../../../src/distributed/init.js";
import { anyRank } from "../../../src/distributed/ranks.js";
import * as nn from "../../../src/nn/index.js";
import { mean } from "../../../src/ops/reduce/mean.js";
import { manualSeed } from "../../../src/random.js";
import { init } from "../../../src/runtime/default-runtime.js";
import { type Tensor, tensor, tidy } from "../../../src/tensor.js";
import { normal } from "../../numbers.js";
import { result } from "./rank.js";

const group = await initProcessGroup({ timeout: 20, check: true });
const failures: string[] = [];
group.fail = (reason) => void failures.push(reason); // all ranks fail alike here, and go on
const runtime = await init({ threads: 1, deterministic: true });
const { rank } = group;
const found: Record<string, unknown> = {};
const message = (fn: () => unknown): string => {
  try {
    fn();
    return "none";
  } catch (error) {
    return (error as Error).message;
  }
};

manualSeed(0);
const net = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Linear(3, 1));
const small = { processGroup: group, bucketCapMb: 1e-5 }; // a bucket for each parameter
const ddp = new DistributedDataParallel(net, small);
const gradients = () =>
  net.parameters().map(({ grad }) => (grad ? Array.from(grad.toArray(), String) : null));
const input = (seed: number) => tensor(normal(8, 10 * seed + rank), [4, 2]);
const lossOf = (seed: number, of: nn.Module = ddp) => mean(of.forward(input(seed)));
const step = (seed: number, of = ddp) => tidy(() => of.backward(lossOf(seed, of), 4));

// a hook that throws in the middle of the pass, when some buckets are on their way
step(1);
const before = gradients();
const { tensors } = runtime.stats();
const hook = net.parameters()[2].registerPostAccumulateGradHook(() => {
  throw new Error("my hook");
});
found.hook = message(() => step(2));
found.afterHook = JSON.stringify(gradients()) === JSON.stringify(before);
found.left = runtime.stats().tensors - tensors;
found.failed = String(failures) === "backward ended in the middle: my hook";
hook.remove();
net.zeroGrad();
step(1);
found.again = JSON.stringify(gradients()) === JSON.stringify(before);

// the same while gradients wait
const accumulated = (disturb: () => void) => {
  net.zeroGrad();
  ddp.noSync(() => step(3));
  disturb();
  step(4);
  return JSON.stringify(gradients());
};
const undisturbed = accumulated(() => {});
found.waiting =
  undisturbed ===
  accumulated(() => {
    const hook = net.parameters()[2].registerPostAccumulateGradHook(() => {
      throw new Error("my hook");
    });
    message(() => step(5));
    hook.remove();
  });

// the sums of the last layers are on their way while the first ones go back
const first = net.parameters()[0].registerPostAccumulateGradHook(() => {
  found.overlap = group.traffic.collectives - sent === net.parameters().length - 2; // all but the first layer
});
const sent = group.traffic.collectives + 1; // the counts of the samples
step(6);
first.remove();

// gradients that were thrown away must not count as samples
net.zeroGrad();
step(4);
const plain = JSON.stringify(gradients());
found.forgotten = plain === accumulated(() => net.zeroGrad());

// a second one around the same module takes over
const other = new DistributedDataParallel(net, small);
net.zeroGrad();
step(4, other);
found.second = plain === JSON.stringify(gradients());

// wrong arguments, before anything is sent
const { collectives } = group.traffic;
const loss = () => mean(net.forward(input(1)));
found.refused = tidy(() => [
  message(() => new DistributedDataParallel({} as never, small)),
  message(() => new DistributedDataParallel(net, { processGroup: {} as never })),
  message(() => new DistributedDataParallel(net, { ...small, bucketCapMb: 0 })),
  message(() => other.backward(3 as never, 1)),
  message(() => other.backward(loss(), -1)),
  message(() => other.backward(loss(), 0.5)),
  message(() => other.backward(net.forward(input(1)), 4)),
  message(() => other.join(3 as never)),
]);
found.sent = group.traffic.collectives - collectives;
found.unlearned = message(() => tidy(() => other.backward(loss().detach() as Tensor, 4)));
const findUnusedParameters = rank === 1;
found.options = message(() => new DistributedDataParallel(net, { ...small, findUnusedParameters }));

// the norms below are found through it
nn.SyncBatchNorm.convertSyncBatchNorm(other, group);
found.converted = net.layers[1].constructor === nn.SyncBatchNorm;

// NaN in one rank reaches all of them alike
net.zeroGrad();
tidy(() => {
  const x = input(1);
  if (rank === 1) x.elements[0] = Number.NaN;
  other.backward(mean(other.forward(x)), 4);
});
found.nan = gradients();
found.flag = anyRank(
  group,
  net.parameters().some(({ grad }) => grad?.toArray().some(Number.isNaN)),
);
result(rank, found);
group.close();
runtime.close();
