// Parameters that are frozen, thawed or exchanged after a DistributedDataParallel was put around them, and joins of
// unusual steps. Every finding has a name.
import { DistributedDataParallel } from "../../../src/distributed/ddp.js";
import { initProcessGroup } from "../../../src/distributed/init.js";
import * as nn from "../../../src/nn/index.js";
import { mean } from "../../../src/ops/reduce/mean.js";
import { manualSeed } from "../../../src/random.js";
import { init } from "../../../src/runtime/default-runtime.js";
import { tensor, tidy } from "../../../src/tensor.js";
import { normal } from "../../numbers.js";
import { result } from "./rank.js";

const group = await initProcessGroup({ timeout: 10, check: true });
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
/** Whether a call throws what all ranks throw. */
const everywhere = (fn: () => unknown): unknown => {
  try {
    fn();
  } catch (error) {
    return (error as { onEveryRank?: boolean }).onEveryRank;
  }
};
const options = { processGroup: group };
const input = (seed: number, n = 4) => tensor(normal(2 * n, 10 * seed + rank), [n, 2]);
const gradients = (module: nn.Module) =>
  module.parameters().map(({ grad }) => (grad ? [...grad.toArray()] : null));
const made = () => {
  manualSeed(0);
  return new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Linear(3, 1));
};
const step = (ddp: DistributedDataParallel, seed: number, n = 4) =>
  tidy(() => ddp.backward(mean(ddp.forward(input(seed, n))), n));

// thawed: the same as if it had been learned from the start
{
  const net = made();
  nn.SyncBatchNorm.convertSyncBatchNorm(net, group);
  for (const parameter of net.layers[0].parameters()) parameter.requiresGrad = false;
  const ddp = new DistributedDataParallel(net, options);
  step(ddp, 1);
  found.frozen = gradients(net);
  net.zeroGrad();
  for (const parameter of net.layers[0].parameters()) parameter.requiresGrad = true;
  step(ddp, 1);
  const late = gradients(net);
  const whole = made();
  nn.SyncBatchNorm.convertSyncBatchNorm(whole, group);
  step(new DistributedDataParallel(whole, options), 1);
  found.thawed = gradients(net);
  found.thawedAsEver = JSON.stringify(late) === JSON.stringify(gradients(whole));

  // frozen again: no error of unused parameters
  net.zeroGrad();
  for (const parameter of net.layers[0].parameters()) parameter.requiresGrad = false;
  found.frozenLater = message(() => step(ddp, 1));
  found.refrozen = gradients(net);

  // another norm, with a parameter of its own
  net.zeroGrad();
  net.replaceChild("1", new nn.ScaleNorm(3));
  found.exchanged = message(() => step(ddp, 2));
  found.exchangedGradients = gradients(net);
}

// changed in one rank alone: refused by name, and again, until all ranks have it
{
  const net = made();
  nn.SyncBatchNorm.convertSyncBatchNorm(net, group);
  const ddp = new DistributedDataParallel(net, options);
  const [weight] = net.parameters();
  if (rank === 1) weight.requiresGrad = false;
  found.alone = [message(() => step(ddp, 1)), message(() => step(ddp, 1))];
  found.aloneGradients = gradients(net);
  weight.requiresGrad = false;
  found.together = message(() => step(ddp, 1));
  found.togetherGradients = gradients(net);

  // other values in the layer that comes new
  manualSeed(rank);
  net.zeroGrad();
  net.replaceChild("2", new nn.Linear(3, 1));
  found.values = message(() => step(ddp, 1));

  // frozen while its gradient waits
  const waits = new DistributedDataParallel(made(), options);
  waits.noSync(() => step(waits, 1));
  waits.parameters()[0].requiresGrad = false;
  found.waits = message(() => step(waits, 1));
  waits.zeroGrad();
  found.waitsNoMore = message(() => step(waits, 1));

  // thawed within noSync, whose gradient waits too
  const thawed = new DistributedDataParallel(made(), options);
  const [first] = thawed.parameters();
  first.requiresGrad = false;
  step(thawed, 1);
  thawed.zeroGrad();
  first.requiresGrad = true;
  thawed.noSync(() => step(thawed, 2));
  step(thawed, 3);
  found.thawedWaiting = gradients(thawed);
}

// joins
const synchronised = () => {
  const net = made();
  nn.SyncBatchNorm.convertSyncBatchNorm(net, group);
  return new DistributedDataParallel(net, options);
};
const values = (module: nn.Module) =>
  [...module.stateDict().values()].map((t) => Array.from(t.toArray(), Number));
{
  const ddp = synchronised();
  const rounds: unknown[] = [];
  ddp.join(() => {
    for (let round = 0; round <= rank; round++) {
      ddp.noSync(() => {
        step(ddp, 2 * round);
        if (rank === size - 1) step(ddp, 7, 3);
      });
      if (rank !== size - 1) ddp.noSync(() => step(ddp, 7, 3));
      step(ddp, 2 * round + 1);
      rounds.push(gradients(ddp));
      ddp.zeroGrad();
    }
  });
  found.rounds = rounds;
  found.accumulated = values(ddp);
}
{
  const ddp = synchronised();
  const many = (first: () => void) =>
    message(() =>
      ddp.join(() => {
        for (let round = 0; round <= rank; round++) {
          first();
          step(ddp, round);
        }
      }),
    );
  found.twoForward = many(() => tidy(() => ddp.forward(input(1))));
  found.twoBackward = many(() => {
    if (rank !== 0) return;
    tidy(() => {
      const y = ddp.forward(input(1));
      ddp.backward(mean(y), 4);
      ddp.backward(mean(y), 4);
    });
  });
  ddp.zeroGrad();
  found.mixed = many(() => {
    tidy(() => {
      const loss = mean(ddp.forward(input(1)));
      if (rank === 0) ddp.noSync(() => ddp.backward(loss, 4));
      else ddp.backward(loss, 4);
    });
  });
  ddp.zeroGrad();
  found.endsOpen = message(() =>
    ddp.join(() => {
      tidy(() => {
        const loss = mean(ddp.forward(input(1)));
        if (rank > 0) ddp.backward(loss, 4);
      });
    }),
  );
  ddp.zeroGrad();
  found.nested = message(() => ddp.join(() => ddp.join(() => {})));
  found.after = message(() => step(ddp, 1));
  ddp.zeroGrad();
}
// who is done first evaluates, with gradients of its last step left
{
  const ddp = synchronised();
  ddp.join(() => {
    for (let round = 0; round <= rank; round++) {
      ddp.zeroGrad();
      ddp.noSync(() => step(ddp, round));
      step(ddp, round + 1);
    }
    ddp.eval();
    tidy(() => ddp.forward(input(3)));
  });
  found.modes = [["", ddp] as const, ...ddp.modules()].map(([, { training }]) => training);
  found.evaluated = values(ddp);
}
// refusals of all ranks leave the group as it was
{
  const ddp = synchronised();
  found.everywhere = [
    everywhere(() => tidy(() => ddp.forward(input(1, rank === 0 ? 1 : 0)))),
    everywhere(() => step(ddp, 1, 0)),
    everywhere(() => tidy(() => ddp.backward(mean(ddp.forward(input(1)).detach()), 4))),
    everywhere(() => new DistributedDataParallel(new nn.Linear(1 + rank, 1), options)),
  ];
  for (const parameter of ddp.parameters()) parameter.requiresGrad = false;
  found.nothing = message(() => step(ddp, 1));
  for (const parameter of ddp.parameters()) parameter.requiresGrad = true;
  found.noTensor = message(() => ddp.join(() => ddp.forward(3 as never)));
  found.goesOn = message(() => step(ddp, 1));
}
result(rank, found);
group.close();
runtime.close();
