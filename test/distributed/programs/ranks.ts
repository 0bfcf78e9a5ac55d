// compareRanks with a checkpoint: `halt` ends after so many steps, as a job that is killed.
import { proceduralDataset } from "../../../src/data/procedural.js";
import { DistributedDataParallel, initProcessGroup } from "../../../src/distributed/index.js";
import { compareRanks, type RanksConfig } from "../../../src/experiments/ranks.js";
import { checkpointFile } from "../../../src/io/checkpoint-file.js";
import { init } from "../../../src/runtime/default-runtime.js";
import { given, result } from "./rank.js";

interface Arguments {
  settings: Partial<RanksConfig>;
  directory: string;
  halt?: number;
  /** A directory of rank 0 alone, as on another machine. */
  unshared?: boolean;
}

const { settings, directory, halt, unshared } = given<Arguments>();
const group = await initProcessGroup({ timeout: 60 });
const runtime = await init({ threads: 1, deterministic: true });
const [train, test] = (["train", "test"] as const).map((split) =>
  proceduralDataset({ count: 48, split }),
);
const events = compareRanks({ train, test }, settings, {
  group,
  runtime,
  replicate: (net) => new DistributedDataParallel(net, { processGroup: group }),
  store(name) {
    const there = !unshared || group.rank === 0;
    return checkpointFile(`${directory}${there ? "" : "/none"}/${name}.safetensors`);
  },
});
let steps = 0;
for (;;) {
  const { done, value } = await events.next();
  if (done) {
    result(group.rank, { ...value, left: runtime.stats().tensors });
    break;
  }
  if (++steps === halt) {
    result(group.rank, { halted: true });
    break;
  }
}
group.close();
runtime.close();
