// evenkeel compare --distributed
import { join } from "node:path";
import { compareRanks, type RanksConfig } from "../experiments/ranks.js";
import { checkpointFile } from "../io/checkpoint-file.js";
import { createRuntime } from "../runtime/create-runtime.js";
import { resultsJson } from "../show/results.js";
import { quickNote } from "../show/words.js";
import { type CommonFlags, noteOf } from "./command.js";
import { type DataOptions, loadData } from "./data.js";
import {
  followed,
  inDirectory,
  inGroup,
  replicaOf,
  startedRanks,
  type Where,
} from "./distributed.js";
import { checkWritable, makeDirectory, writeFiles } from "./files.js";
import { describeMachine } from "./machine.js";
import { display } from "./progress.js";
import { page } from "./report/page.js";
import { ranksReport, ranksText } from "./report/ranks.js";

export interface RanksFlags extends RanksConfig, DataOptions, CommonFlags {
  distributed: Where;
  distributedCheck?: boolean;
  checkpoint?: string;
}

/** The settings that `--quick` and many ranks with few images each need, in place of the defaults. */
export const ranksFlags = (quick: boolean) => ({
  norms: ["bn", "gn"],
  batchSize: 2,
  lr: 1e-3,
  ...(quick && { limit: 400, epochs: 3 }),
});

/** Trains in all ranks. Rank 0 prints and writes. */
export async function compareInRanks(flags: RanksFlags): Promise<void> {
  if (await startedRanks(flags.distributed)) return;
  const { norms, epochs, batchSize, width, seed, lr, limit, deterministic, out, quick } = flags;
  await inGroup(flags.distributed, flags.distributedCheck, async (group) => {
    const first = group.rank === 0;
    const threads = flags.threads === "auto" ? 1 : flags.threads;
    const runtime = await createRuntime({ threads, deterministic });
    const { checkpoint } = flags;
    if (first) await checkWritable(out);
    if (first && checkpoint) await makeDirectory(checkpoint);
    const data = await loadData(flags);
    const { show, stop } = first ? display(process.stdout) : { show() {}, stop() {} };
    try {
      const settings = { norms, epochs, batchSize, width, seed, lr };
      const config = { data: data.name, limit, deterministic, ...(quick && { quick }) };
      const store = checkpoint && ((name: string) => checkpointFile(inDirectory(checkpoint, name)));
      const replicate = replicaOf(group);
      const options = { group, runtime, replicate, config, ...(store && { store }) };
      const result = await followed(compareRanks(data, settings, options), show);
      if (!first) return;
      const machine = { ...describeMachine(), variant: runtime.variant, threads };
      const report = ranksReport(result);
      const note = noteOf(quick);
      if (quick) report.summary += ` ${quickNote}`;
      await writeFiles(out, {
        "results.json": `${resultsJson({ ...result, machine })}\n`,
        "index.html": page(report, { name: "compare", config: result.config, machine }),
      });
      stop();
      console.log(`\n${ranksText(result)}${note}\n`);
      console.log(`Report: ${join(out, "index.html")}, ${join(out, "results.json")}`);
    } finally {
      stop();
      runtime.close();
    }
  });
}
