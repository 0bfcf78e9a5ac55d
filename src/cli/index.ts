#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { addAll } from "./all.js";
import { addExperiment, INTERRUPTED } from "./command.js";
import { experiments } from "./experiments.js";

/** Refused: flags, values, files. Bugs are 1, a stop by Ctrl-C is 130. */
const REFUSED = 2;

// who reads no further, as `evenkeel layers | head -1` does, wants no more of it
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const program = new Command("evenkeel")
  .description("Neural-network normalisation layers, by experiment")
  .version(manifest.version, "-v, --version", "print the version")
  .showHelpAfterError(false)
  .exitOverride()
  .configureOutput({
    outputError: (text, write) =>
      write(
        `evenkeel: ${text
          .replace(/^error: /, "")
          .trim()
          .replace(/\s+/g, " ")}\n`,
      ),
  });
for (const experiment of experiments) addExperiment(program, experiment);
addAll(program, experiments);
addHelp(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Commander's own prints the list of commands for a name it does not know. */
function addHelp(program: Command): void {
  program.helpCommand(false);
  const help = program.command("help").argument("[command]").description("flags of a command");
  help.action((name?: string) => {
    if (name === undefined) program.help();
    const command = program.commands.find((each) => each.name() === name);
    const known = program.commands.map((each) => each.name()).join(", ");
    if (!command) program.error(`unknown command '${name}'; there are ${known}`);
    else command.help();
  });
}

/** One sentence for what the user can change, all there is for our own bugs. Returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : REFUSED; // it has spoken
  if (error instanceof Error && error.name === "AbortError") {
    console.error("\nevenkeel: stopped; nothing written");
    return INTERRUPTED;
  }
  if (!(error instanceof Error) || error.message.startsWith("internal:") || isBug(error)) {
    console.error(error);
    return 1;
  }
  console.error(`evenkeel: ${error.message}`);
  return REFUSED;
}

/** What the engine throws, as against what we do: our TypeErrors begin with the operation's name. */
function isBug(error: Error): boolean {
  if (error instanceof TypeError) return !/^\w+: /.test(error.message);
  return error instanceof ReferenceError || error instanceof WebAssembly.RuntimeError;
}
