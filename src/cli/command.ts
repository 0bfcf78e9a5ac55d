import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Argument, type Command, Option } from "commander";
import type { Json } from "../experiments/compare.js";
import type { Stage } from "../experiments/stage.js";
import { createRuntime } from "../runtime/create-runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import { resultsJson } from "../show/results.js";
import { checkAlone } from "./alone.js";
import { checkWritable, writeFiles } from "./files.js";
import { type LangFlag, langOption } from "./language.js";
import { describeMachine } from "./machine.js";
import { threads } from "./options.js";
import { display } from "./progress.js";
import { page, type Report } from "./report/page.js";
import type { Texts } from "./text/en/index.js";

/**
 * One command: its flags, what it runs, and how the result is shown. `run` throws the signal's reason if nothing is
 * finished.
 */
export interface Experiment<Flags extends object = object, Result extends Outcome = Outcome> {
  name: string;
  description: string;
  /** What may stand behind the name without a flag. Its value is among the flags, under its own name. */
  argument?: Argument;
  /** The flags of this command. `evenkeel all` runs their defaults. */
  options: readonly Option[];
  /** The directory of its files. Default: evenkeel-report/<name>. */
  out?: string;
  /** The values that `--quick` uses instead of the defaults. */
  quick: Partial<Flags>;
  /** Another way to run, for these flags; null: the usual one. `given`: whether the user gave this flag. */
  instead?(
    flags: Flags & CommonFlags,
    given: (flag: string) => boolean,
  ): (() => Promise<void>) | null;
  /** Asks for missing values on a terminal, or refuses them. `evenkeel all` does not call it. */
  complete?(flags: Flags): Promise<Flags>;
  run(flags: Flags & CommonFlags, context: Context): AsyncGenerator<Stage, Result>;
  /** The result as text for the terminal. */
  text(result: Result): string;
  report(result: Result): Report;
}

/** Every result contains the settings and the machine it was made with. */
export interface Outcome {
  config: object;
  machine?: Record<string, Json>;
}

export interface CommonFlags {
  threads: number | "auto";
  deterministic: boolean;
  quick: boolean;
  out: string;
}

export interface Context {
  runtime: Runtime;
  signal: AbortSignal;
}

export const INTERRUPTED = 130;

/** The flags of every command. */
export const commonOptions = (texts: Texts, out: string): Option[] => {
  const { flags } = texts.common;
  return [
    new Option("--threads <n>", flags.threads).argParser(threads).default("auto"),
    new Option("--deterministic", flags.deterministic).default(false),
    new Option("--quick", flags.quick).default(false),
    new Option("--out <dir>", flags.out).default(out),
    langOption(texts),
  ];
};

/** Adds an experiment to the program as a command. */
export function addExperiment(program: Command, experiment: Experiment, texts: Texts): void {
  const { name, description, argument, options, quick } = experiment;
  const { out = `evenkeel-report/${name}` } = experiment;
  const command = program.command(name).description(description);
  if (argument) command.addArgument(argument);
  for (const option of [...options, ...commonOptions(texts, out)]) command.addOption(option);
  command.action(async () => {
    const { lang: _, ...common } = command.opts<CommonFlags & LangFlag>(); // `texts` are of it
    const given = { ...common, ...argumentOf(experiment, command.args) };
    const unset = Object.entries(quick).filter(
      ([key]) => command.getOptionValueSource(key) === "default",
    );
    const chosen = given.quick ? { ...given, ...Object.fromEntries(unset) } : given;
    const isGiven = (flag: string) => command.getOptionValueSource(flag) === "cli";
    const instead = experiment.instead?.(chosen, isGiven);
    if (instead) return instead();
    checkAlone();
    const flags = experiment.complete
      ? ((await experiment.complete(chosen)) as CommonFlags)
      : chosen;
    await session(flags, texts, async (context) => {
      const { result } = await perform(experiment, flags, context, { out: flags.out, texts });
      const note = noteOf(isShort(experiment, flags), texts);
      console.log(`\n${experiment.text(result)}${note}\n`);
      const files = ["index.html", "results.json"].map((file) => join(flags.out, file));
      console.log(texts.common.report(files.join(texts.common.comma)));
    });
  });
}

/** The value of the argument, given or not. */
const argumentOf = ({ argument }: Experiment, [value = argument?.defaultValue]: string[] = []) =>
  argument ? { [argument.name()]: value } : {};

/** Runs `work` with a runtime and a signal that Ctrl-C fires. A second Ctrl-C ends the process. */
export async function session(
  { threads, deterministic, out }: CommonFlags,
  { common }: Texts,
  work: (context: Context) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) {
      console.error(`evenkeel: ${common.stoppedAtOnce}`);
      process.exit(INTERRUPTED); // this is the second Ctrl-C
    }
    stop.abort();
  };
  process.on("SIGINT", interrupt);
  try {
    await checkWritable(out);
    const runtime = await createRuntime({ threads, deterministic });
    try {
      await work({ runtime, signal: stop.signal });
    } finally {
      runtime.close();
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error(`evenkeel: ${common.stopped}`);
  } finally {
    process.off("SIGINT", interrupt);
    if (stop.signal.aborted) process.exitCode = INTERRUPTED;
  }
}

/** Whether `--quick` has replaced any of the experiment's defaults. */
const isShort = ({ quick }: Experiment, flags: CommonFlags): boolean =>
  flags.quick && Object.entries(quick).some(([key, value]) => Reflect.get(flags, key) === value);

/** What stands below the text of a short run. */
export const noteOf = (short: boolean, { common }: Texts): string =>
  short ? `\n\n${common.quickNote}` : "";

/** Where the files of an experiment go, and in which language. `home`: the address of the page above its page. */
interface Place {
  out: string;
  texts: Texts;
  home?: string;
}

/** Runs one experiment to its end, shows progress, and writes its two files into `out`. */
export async function perform(
  experiment: Experiment,
  flags: CommonFlags,
  context: Context,
  { out, texts, home }: Place,
): Promise<{ result: Outcome; report: Report }> {
  const begun = home ? () => {} : () => announceReplacing(out, texts); // the page of all of them has said so
  const done = await follow(experiment.run(flags, context), texts, begun);
  const result = isShort(experiment, flags)
    ? { ...done, config: { ...done.config, quick: true } }
    : done;
  const { variant, threads, shared } = context.runtime;
  const machine = { ...describeMachine(), variant, threads, shared, ...result.machine };
  const report = experiment.report(result);
  if (isShort(experiment, flags)) report.summary += texts.common.space + texts.common.quickNote;
  const { name } = experiment;
  await writeFiles(out, {
    "results.json": `${resultsJson({ ...result, machine })}\n`,
    "index.html": page(report, { name, config: result.config, machine, home }, texts),
  });
  return { result, report };
}

/** Says that a report that is there will be replaced. */
export function announceReplacing(out: string, { common }: Texts): void {
  if (existsSync(join(out, "index.html"))) console.log(common.replaced(out));
}

/** `begun` is called once the settings were not refused. */
async function follow<Result>(
  events: AsyncGenerator<Stage, Result>,
  texts: Texts,
  begun: () => void,
): Promise<Result> {
  const { show, stop } = display(process.stdout, texts);
  try {
    for (let isFirst = true; ; isFirst = false) {
      const { done, value } = await events.next();
      if (isFirst) begun();
      if (done) return value;
      show(value);
    }
  } finally {
    stop();
  }
}
