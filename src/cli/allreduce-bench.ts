// evenkeel allreduce-bench: what this machine's collectives cost, and what that means for many ranks, on paper.
import type { Command } from "commander";
import { DistributedDataParallel } from "../distributed/index.js";
import { fitRing, ringTime } from "../distributed/ring.js";
import { NormResNet } from "../models/norm-resnet.js";
import { mean } from "../ops/reduce/mean.js";
import type { ProcessGroup } from "../process-group.js";
import { createRuntime } from "../runtime/create-runtime.js";
import { type Tensor, tidy, zeros } from "../tensor.js";
import { inGroup, startedRanks, type Where, where } from "./distributed.js";
import { langOption } from "./language.js";
import { option } from "./options.js";
import { alignedTable } from "./report/table.js";
import type { Texts } from "./text/en/index.js";

const SIZES = [8, 64, 512, 4096, 32_768, 262_144, 1_048_576, 6_228_264];
/** The parameters of NormResNet of width 64, in bytes. */
const GRADIENTS = 6_228_264;
/** A step of it with 64 images on two threads, in seconds: README, "A dozen figures". */
const STEP = 0.585;

/** The images of a rank where the backward pass is timed. */
const IMAGES = 8;

/** The median time of `work`, in seconds. All ranks begin at once; `prepare` is not timed. */
function median<T>(
  group: ProcessGroup,
  rounds: number,
  prepare: () => T,
  work: (given: T) => void,
) {
  const times = Array.from({ length: rounds + 3 }, () =>
    tidy(() => {
      const given = prepare();
      group.barrier();
      const start = performance.now();
      work(given);
      return (performance.now() - start) / 1000;
    }),
  ).slice(3);
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)];
}

function measure(group: ProcessGroup, bytes: number): number {
  const values = new Float32Array(bytes / 4);
  const rounds = bytes > 1e6 ? 10 : 50;
  return median(
    group,
    rounds,
    () => {},
    () => group.allReduce(values),
  );
}

/**
 * Times of a backward pass of that network: alone, with the sums of its gradients beside it, and with them after it.
 */
async function backwardTimes(group: ProcessGroup) {
  const runtime = await createRuntime({ threads: 1 });
  using net = new NormResNet({ norm: "gn", width: 64, runtime });
  const ddp = new DistributedDataParallel(net, { processGroup: group, bucketCapMb: 1 });
  using images = zeros([IMAGES, 3, 32, 32], { runtime });
  const gradients = new Float32Array(GRADIENTS / 4);
  const time = (backward: (loss: Tensor) => void) =>
    median(
      group,
      5,
      () => {
        ddp.zeroGrad();
        return mean(ddp.forward(images));
      },
      backward,
    );
  const alone = (loss: Tensor) => ddp.noSync(() => ddp.backward(loss, IMAGES));
  const times = [
    time(alone),
    time((loss) => ddp.backward(loss, IMAGES)),
    time((loss) => {
      alone(loss);
      group.allReduce(gradients);
    }),
  ];
  ddp.zeroGrad();
  return times;
}

const shown = (seconds: number) => `${(1000 * seconds).toPrecision(3)} ms`;

async function bench(
  { distributed }: { distributed: Where },
  { ranks, facts }: Texts,
): Promise<void> {
  const words = ranks.bench;
  if (await startedRanks(distributed)) return;
  await inGroup(distributed, false, async (group) => {
    const times = SIZES.map((bytes) => ({ bytes, seconds: measure(group, bytes) }));
    const [alone, beside, after] = await backwardTimes(group);
    if (group.rank !== 0) return;
    console.log(words.size(group.size, facts.value(group.version)));
    const rows = times.map(({ bytes, seconds }) => [`${bytes}`, shown(seconds)]);
    console.log(alignedTable(words.head, rows));
    if (group.size === 1) return;
    const { alpha, beta } = fitRing(group.size, times);
    const [us, ns] = [1e6 * alpha, 1e9 * beta].map((value) => value.toPrecision(3));
    console.log(`\n${words.model(us, ns)}`);
    const paper = [8, 64, 512].map((ranks) => {
      const seconds = ringTime(ranks, GRADIENTS, alpha, beta);
      return [`${ranks}`, shown(seconds), `${((100 * seconds) / (seconds + STEP)).toFixed(1)} %`];
    });
    console.log(`\n${words.paper}`);
    console.log(alignedTable(words.paperHead, paper));
    console.log(`\n${words.backward(IMAGES, shown(alone), shown(beside), shown(after))}`);
  });
}

/** Adds `evenkeel allreduce-bench`. */
export function addAllReduceBench(program: Command, texts: Texts): void {
  const words = texts.ranks.bench;
  program
    .command("allreduce-bench")
    .description(words.description)
    .addOption(option("--distributed <where>", words.distributed, where, "mpi" as Where))
    .addOption(langOption(texts))
    .action((flags) => bench(flags, texts));
}
