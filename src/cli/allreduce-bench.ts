// evenkeel allreduce-bench: what this machine's collectives cost, and what that means for many ranks, on paper.
import type { Command } from "commander";
import { fitRing, ringTime } from "../distributed/ring.js";
import type { ProcessGroup } from "../process-group.js";
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

/** The median time of an all-reduce, in seconds. */
function measure(group: ProcessGroup, bytes: number): number {
  const values = new Float32Array(bytes / 4);
  const rounds = bytes > 1e6 ? 10 : 50;
  const times = Array.from({ length: rounds + 3 }, () => {
    group.barrier();
    const start = performance.now();
    group.allReduce(values);
    return (performance.now() - start) / 1000;
  }).slice(3);
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
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
