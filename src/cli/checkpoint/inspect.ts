import { join } from "node:path";
import type { Command } from "commander";
import { findNorms, inspectNorms, type NormEntry } from "../../files/index.js";
import { resultsJson } from "../../show/results.js";
import { announceReplacing } from "../command.js";
import { checkWritable, writeFiles } from "../files.js";
import { langOption } from "../language.js";
import { type Inspection, inspectPage, inspectText } from "../report/inspect.js";
import type { Texts } from "../text/en/index.js";
import { withCheckpoint } from "./read.js";

/** Looks at the norms of a file. Of a large one, their tensors alone are read. */
export const inspectFile = (file: string): Promise<Inspection> =>
  withCheckpoint(file, async ({ shapes, load }) => {
    const entries = new Map<string, NormEntry>();
    for (const [key, shape] of shapes) entries.set(key, { shape });
    const keys = findNorms(shapes).flatMap(({ keys }) => Object.values(keys));
    for (const [key, tensor] of await load(keys)) entries.set(key, tensor);
    return { file, tensors: shapes.size, ...inspectNorms(entries) };
  });

/** Adds `evenkeel inspect FILE`. */
export function addInspect(program: Command, texts: Texts): void {
  const { inspect, common } = texts;
  program
    .command("inspect")
    .description(inspect.description)
    .argument("<file>", inspect.file)
    .option("--json", inspect.json)
    .option("--out <dir>", inspect.out)
    .addOption(langOption(texts))
    .action(async (file: string, { json, out }: { json?: boolean; out?: string }) => {
      if (out !== undefined) await checkWritable(out);
      const result = await inspectFile(file);
      const text = `${resultsJson(result)}\n`;
      process.stdout.write(json ? text : `\n${inspectText(result, texts)}\n\n`);
      if (out === undefined) return;
      const say = json ? () => {} : console.log;
      if (!json) announceReplacing(out, texts);
      await writeFiles(out, { "results.json": text, "index.html": inspectPage(result, texts) });
      const files = ["index.html", "results.json"].map((name) => join(out, name));
      say(common.report(files.join(common.comma)));
    });
}
