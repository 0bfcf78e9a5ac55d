import { Option } from "commander";
import {
  type Answers,
  type ChooseResult,
  choose,
  everyAdvice,
  type Question,
  walk,
} from "../experiments/choose.js";
import { askChoice, askInteger, type Terminal } from "./ask.js";
import type { Experiment } from "./command.js";
import { integer, option } from "./options.js";
import { chooseReport, chooseText } from "./report/choose.js";

const flags: Record<keyof Answers, { flag: string; about: string }> = {
  task: { flag: "--task <name>", about: "what is to be done" },
  batch: { flag: "--batch <n>", about: "samples a device sees per step" },
  deviceCount: { flag: "--device-count <n>", about: "devices that share a step" },
  shift: { flag: "--shift <yes|no>", about: "data in use differ from those in training" },
  sequence: { flag: "--sequence <name>", about: "what reads the sequence" },
  style: { flag: "--style <name>", about: "where the style comes from" },
  generator: { flag: "--generator <name>", about: "which part of a generator" },
};

/** The values a flag can have: those of its question in the tree. */
const valuesOf = (name: keyof Answers): string[] => {
  const questions = everyAdvice().flatMap(({ path }) => path.map(({ question }) => question));
  const branches = questions.find(({ answer }) => answer === name)?.branches ?? [];
  return branches.flatMap(({ value }) => value ?? []);
};

const options = (Object.keys(flags) as (keyof Answers)[]).map((name) => {
  const { flag, about } = flags[name];
  const values = valuesOf(name);
  return values.length > 0
    ? new Option(flag, about).choices(values)
    : option(flag, about, integer(1));
});

export const chooseExperiment: Experiment<Answers, ChooseResult> = {
  name: "choose",
  description: "which norm fits: asks, or answers from flags",
  options,
  quick: {},
  complete: (answers) =>
    complete(answers, process.stdin.isTTY && process.stdout.isTTY ? process : null),
  run: ({ task, batch, deviceCount, shift, sequence, style, generator }) =>
    choose({ task, batch, deviceCount, shift, sequence, style, generator }),
  text: chooseText,
  report: chooseReport,
};

/** Asks for the answers that are missing; without a terminal it names the flag. */
export async function complete<Given extends Answers>(
  given: Given,
  terminal: { stdin: Terminal["input"]; stdout: Terminal["output"] } | null,
): Promise<Given> {
  const answers = { ...given };
  for (;;) {
    const { missing } = walk(answers);
    if (!missing) return answers;
    if (!terminal) throw new Error(`--${kebab(missing.answer)} is missing: ${describe(missing)}`);
    const { stdin: input, stdout: output } = terminal;
    Object.assign(answers, { [missing.answer]: await answer(missing, { input, output }) });
  }
}

async function answer({ ask, branches }: Question, terminal: Terminal): Promise<string | number> {
  if (branches.every(({ least }) => least !== undefined)) return askInteger(ask, terminal);
  const labels = branches.map(({ label }) => label);
  return branches[await askChoice(ask, labels, terminal)].value as string;
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function describe({ ask, branches }: Question): string {
  const values = branches.flatMap(({ value }) => value ?? []);
  return values.length > 0 ? `${ask} One of ${values.join(", ")}.` : `${ask} A number.`;
}
