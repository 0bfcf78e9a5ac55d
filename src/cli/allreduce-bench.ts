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
import { option } from "./options.js";
import { alignedTable } from "./report/table.js";

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

/** Times of a backward pass of that network: alone, with the sums of its gradients beside it, and with them after it. */
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

async function bench({ distributed }: { distributed: Where }): Promise<void> {
  if (await startedRanks(distributed)) return;
  await inGroup(distributed, false, async (group) => {
    const times = SIZES.map((bytes) => ({ bytes, seconds: measure(group, bytes) }));
    const [alone, beside, after] = await backwardTimes(group);
    if (group.rank !== 0) return;
    console.log(`${group.size} ranks, ${group.version}`);
    const rows = times.map(({ bytes, seconds }) => [`${bytes}`, shown(seconds)]);
    console.log(alignedTable(["bytes", "all-reduce"], rows));
    if (group.size === 1) return;
    const { alpha, beta } = fitRing(group.size, times);
    console.log(
      `\nT = 2(p − 1)·α + 2(p − 1)/p·n·β with α = ${(1e6 * alpha).toPrecision(3)} µs, β = ${(1e9 * beta).toPrecision(3)} ns a byte`,
    );
    const paper = [8, 64, 512].map((ranks) => {
      const seconds = ringTime(ranks, GRADIENTS, alpha, beta);
      return [`${ranks}`, shown(seconds), `${((100 * seconds) / (seconds + STEP)).toFixed(1)} %`];
    });
    console.log("\nOn paper, the gradients of NormResNet of width 64 (1,557,066 parameters):");
    console.log(alignedTable(["ranks", "all-reduce", "of the step"], paper));
    console.log(
      `\nIts backward pass with ${IMAGES} images here: ${shown(alone)} alone, ${shown(beside)} with the sums beside it in ` +
        `buckets of 1 MiB, ${shown(after)} with the sums after it.`,
    );
  });
}

/** Adds `evenkeel allreduce-bench`. */
export function addAllReduceBench(program: Command): void {
  program
    .command("allreduce-bench")
    .description("times the sums of gradients over ranks, under mpirun or in threads")
    .addOption(
      option("--distributed <where>", "mpi, or local:4 for four threads", where, "mpi" as Where),
    )
    .action(bench);
}
