// evenkeel compare --distributed
import { join } from "node:path";
import { compareRanks, type RanksConfig } from "../experiments/ranks.js";
import { checkpointFile } from "../io/checkpoint-file.js";
import { createRuntime } from "../runtime/create-runtime.js";
import { resultsJson } from "../show/results.js";
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
import type { Texts } from "./text/en/index.js";

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
export async function compareInRanks(flags: RanksFlags, texts: Texts): Promise<void> {
  if (await startedRanks(flags.distributed)) return;
  const { norms, epochs, batchSize, width, seed, lr, limit, deterministic, out, quick } = flags;
  await inGroup(flags.distributed, flags.distributedCheck, async (group) => {
    const first = group.rank === 0;
    const threads = flags.threads === "auto" ? 1 : flags.threads;
    const runtime = await createRuntime({ threads, deterministic });
    const { checkpoint } = flags;
    if (first) await checkWritable(out);
    if (first && checkpoint) await makeDirectory(checkpoint);
    const data = await loadData(flags, texts);
    const { show, stop } = first ? display(process.stdout, texts) : { show() {}, stop() {} };
    try {
      const settings = { norms, epochs, batchSize, width, seed, lr };
      const config = { data: data.name, limit, deterministic, ...(quick && { quick }) };
      const store = checkpoint && ((name: string) => checkpointFile(inDirectory(checkpoint, name)));
      const replicate = replicaOf(group);
      const options = { group, runtime, replicate, config, ...(store && { store }) };
      const result = await followed(compareRanks(data, settings, options), show);
      if (!first) return;
      const machine = { ...describeMachine(), variant: runtime.variant, threads };
      const report = ranksReport(result, texts);
      const note = noteOf(quick, texts);
      if (quick) report.summary += texts.common.space + texts.common.quickNote;
      await writeFiles(out, {
        "results.json": `${resultsJson({ ...result, machine })}\n`,
        "index.html": page(report, { name: "compare", config: result.config, machine }, texts),
      });
      stop();
      console.log(`\n${ranksText(result, texts)}${note}\n`);
      const files = ["index.html", "results.json"].map((file) => join(out, file));
      console.log(texts.common.report(files.join(texts.common.comma)));
    } finally {
      stop();
      runtime.close();
    }
  });
}
