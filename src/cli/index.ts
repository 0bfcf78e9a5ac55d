#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { addAll } from "./all.js";
import { addAllReduceBench } from "./allreduce-bench.js";
import { addConvert } from "./checkpoint/convert.js";
import { addFold } from "./checkpoint/fold.js";
import { addInspect } from "./checkpoint/inspect.js";
import { addExperiment, INTERRUPTED } from "./command.js";
import { addRun } from "./distributed.js";
import { experimentsIn } from "./experiments.js";
import { speakHelp } from "./help.js";
import { langOption, textsFor } from "./language.js";
import { addPage } from "./page.js";
import { shown } from "./width.js";

/** The exit code for refused flags, values and files. A bug gives 1, a stop by Ctrl-C gives 130. */
const REFUSED = 2;

// a reader that stops early, as in `evenkeel layers | head -1`, wants no more output
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const texts = textsFor(process.argv.slice(2), process.env);
const { common, speech } = texts;

const program = new Command("evenkeel")
  .description(common.program)
  .version(manifest.version, "-v, --version", common.version)
  .addOption(langOption(texts))
  .showHelpAfterError(false)
  .enablePositionalOptions()
  .exitOverride()
  .configureOutput({
    outputError: (text, write) =>
      write(
        `evenkeel: ${speech.error(
          text
            .replace(/^error: /, "")
            .trim()
            .replace(/\s+/g, " "),
        )}${ownersOf(text)}\n`,
      ),
  });
speakHelp(program, texts);
const experiments = experimentsIn(texts);
for (const experiment of experiments) addExperiment(program, experiment, texts);
addAll(program, experiments, texts);
addInspect(program, texts);
addFold(program, texts);
addConvert(program, texts);
addPage(program, texts);
addRun(program, texts);
addAllReduceBench(program, texts);
addHelp(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** For an unknown option that other commands have: which they are. */
function ownersOf(error: string): string {
  const flag = /unknown option '(--[\w-]+)/.exec(error)?.[1];
  const owners = program.commands.filter(({ options }) =>
    options.some(({ long }) => long === flag),
  );
  const names = owners.map((command) => command.name());
  if (flag === undefined || names.length === 0) return "";
  return common.belongs(flag, names.join(", "));
}

/** A `help` of our own: for an unknown name, Commander's only prints the list of commands. */
function addHelp(program: Command): void {
  program.helpCommand(false);
  const help = program.command("help").argument("[command]").description(common.help.command);
  help.action((name?: string) => {
    if (name === undefined) program.help();
    const command = program.commands.find((each) => each.name() === name);
    const known = program.commands.map((each) => each.name()).join(", ");
    if (!command) program.error(common.help.unknown(name, known));
    else command.help();
  });
}

/** Prints one sentence for an error that the user can mend, and everything for a bug. Returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : REFUSED; // Commander has printed it
  if (error instanceof Error && error.name === "AbortError") {
    console.error(`\nevenkeel: ${common.stopped}`);
    return INTERRUPTED;
  }
  if (!(error instanceof Error) || error.message.startsWith("internal:") || isBug(error)) {
    console.error(error);
    return 1;
  }
  // names in files are a part of many messages
  console.error(`evenkeel: ${speech.error(error.message).replace(/[^\n]+/g, shown)}`);
  return REFUSED;
}

/** Whether the engine threw the error, and not this library: our TypeErrors begin with the name of the operation. */
function isBug(error: Error): boolean {
  if (error instanceof TypeError) return !/^\w+: /.test(error.message);
  return error instanceof ReferenceError || error instanceof WebAssembly.RuntimeError;
}
