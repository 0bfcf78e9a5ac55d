import { join } from "node:path";
import type { Command } from "commander";
import {
  announceReplacing,
  type CommonFlags,
  commonOptions,
  type Experiment,
  perform,
  session,
} from "./command.js";
import { writeFiles } from "./files.js";
import type { LangFlag } from "./language.js";
import { describeMachine } from "./machine.js";
import { integer, option } from "./options.js";
import { type Chapter, indexPage } from "./report/index-page.js";
import type { Texts } from "./text/en/index.js";

interface Flags extends CommonFlags {
  seed?: number;
}

/**
 * A command that runs every experiment with its defaults, each in its own directory, and writes a page with links to
 * them.
 */
export function addAll(program: Command, experiments: readonly Experiment[], texts: Texts): void {
  const { all, common } = texts;
  const command = program.command("all").description(all.description);
  command.addOption(option("--seed <n>", all.seed, integer(0)));
  for (const given of commonOptions(texts, "evenkeel-report/all")) command.addOption(given);
  command.action(({ lang: _, ...flags }: Flags & LangFlag) =>
    session(flags, texts, async (context) => {
      const begin = performance.now();
      const chapters: Chapter[] = [];
      announceReplacing(flags.out, texts);
      try {
        for (const experiment of experiments) {
          const start = performance.now();
          const { name, description } = experiment;
          console.log(`\n${name}${common.colon}${description}`);
          const chosen = defaultsOf(experiment, flags);
          const place = { out: join(flags.out, name), texts, home: "../index.html" };
          const { report } = await perform(experiment, chosen, context, place);
          console.log(report.summary);
          chapters.push({ name, report, seconds: (performance.now() - start) / 1000 });
        }
      } catch (error) {
        if (!context.signal.aborted || chapters.length === 0) throw error;
        console.log(`\n${all.stopped(chapters.length, experiments.length)}`);
      }
      const { variant, threads } = context.runtime;
      const machine = { ...describeMachine(), variant, threads };
      const planned = experiments.length;
      const index = indexPage(chapters, planned, machine, texts);
      await writeFiles(flags.out, { "index.html": index });
      const seconds = Math.round((performance.now() - begin) / 1000);
      console.log(`\n${all.report(join(flags.out, "index.html"), seconds)}`);
    }),
  );
}

/** The default values of an experiment's flags, replaced by those that `all` was given. */
export function defaultsOf(
  { argument, options, quick }: Experiment,
  { seed, ...common }: Flags,
): CommonFlags {
  // "--no-batch1" leaves out what is there otherwise: commander itself gives its default only to a command.
  const defaults = options.map((given) => [
    given.attributeName(),
    given.negate ? true : given.defaultValue,
  ]);
  const seeded = options.some((given) => given.attributeName() === "seed") && seed !== undefined;
  return {
    ...(argument ? { [argument.name()]: argument.defaultValue } : {}),
    ...Object.fromEntries(defaults),
    ...(common.quick ? quick : {}),
    ...(seeded ? { seed } : {}),
    ...common,
  };
}
