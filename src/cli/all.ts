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
import { describeMachine } from "./machine.js";
import { integer, option } from "./options.js";
import { type Chapter, indexPage } from "./report/index-page.js";

interface Flags extends CommonFlags {
  seed?: number;
}

/**
 * A command that runs every experiment with its defaults, each in its own directory, and writes a page with links to
 * them.
 */
export function addAll(program: Command, experiments: readonly Experiment[]): void {
  const command = program.command("all").description("every experiment, into one report");
  command.addOption(option("--seed <n>", "for all of them (default: of each its own)", integer(0)));
  for (const given of commonOptions("evenkeel-report/all")) command.addOption(given);
  command.action((flags: Flags) =>
    session(flags, async (context) => {
      const begin = performance.now();
      const chapters: Chapter[] = [];
      announceReplacing(flags.out);
      try {
        for (const experiment of experiments) {
          const start = performance.now();
          const { name, description } = experiment;
          console.log(`\n${name}: ${description}`);
          const all = defaultsOf(experiment, flags);
          const out = join(flags.out, name);
          const { report } = await perform(experiment, all, context, out, "../index.html");
          console.log(report.summary);
          chapters.push({ name, report, seconds: (performance.now() - start) / 1000 });
        }
      } catch (error) {
        if (!context.signal.aborted || chapters.length === 0) throw error;
        console.log(`\nStopped: ${chapters.length} of ${experiments.length} are finished.`);
      }
      const { variant, threads } = context.runtime;
      const machine = { ...describeMachine(), variant, threads };
      const planned = experiments.length;
      await writeFiles(flags.out, { "index.html": indexPage(chapters, planned, machine) });
      const seconds = Math.round((performance.now() - begin) / 1000);
      console.log(`\nReport: ${join(flags.out, "index.html")}, after ${seconds} s`);
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
