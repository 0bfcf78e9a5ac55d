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
import { batchSize, integer, option } from "./options.js";
import { chooseReport, chooseText } from "./report/choose.js";

const flags: Record<keyof Answers, { flag: string; value: string; about: string }> = {
  task: { flag: "--task", value: "<name>", about: "what is to be done" },
  batch: { flag: "--batch-size", value: "<n>", about: "samples a device sees per step" },
  deviceCount: { flag: "--device-count", value: "<n>", about: "devices that share a step" },
  shift: { flag: "--shift", value: "<yes|no>", about: "data in use differ from those in training" },
  sequence: { flag: "--sequence", value: "<name>", about: "what reads the sequence" },
  style: { flag: "--style", value: "<name>", about: "where the style comes from" },
  generator: { flag: "--generator", value: "<name>", about: "which part of a generator" },
};

type Flags = Omit<Answers, "batch"> & { batchSize?: number };

/** The possible values of a flag: the answers to its question in the tree. */
const valuesOf = (name: keyof Answers): string[] => {
  const questions = everyAdvice().flatMap(({ path }) => path.map(({ question }) => question));
  const branches = questions.find(({ answer }) => answer === name)?.branches ?? [];
  return branches.flatMap(({ value }) => value ?? []);
};

const names = Object.keys(flags) as (keyof Answers)[];
const options = names.map((name) => {
  const { flag, value, about } = flags[name];
  if (name === "batch") return batchSize(about, 1);
  const values = valuesOf(name);
  const both = `${flag} ${value}`;
  return values.length > 0
    ? new Option(both, about).choices(values)
    : option(both, about, integer(1));
});

const answersOf = ({ task, batchSize, deviceCount, shift, sequence, style, generator }: Flags) => ({
  ...{ task, batch: batchSize, deviceCount, shift, sequence, style, generator },
});

export const chooseExperiment: Experiment<Flags, ChooseResult> = {
  name: "choose",
  description: "which norm fits: asks, or answers from flags",
  options,
  quick: {},
  async complete(given) {
    const terminal = process.stdin.isTTY && process.stdout.isTTY ? process : null;
    const { batch, ...answers } = await complete(answersOf(given), terminal);
    const idle = idleFlags({ batch, ...answers });
    if (idle.length > 0) console.log(`Of no effect here: ${idle.join(", ")}`);
    return { ...given, ...answers, batchSize: batch };
  },
  run: (given) => choose(answersOf(given)),
  text: chooseText,
  report: chooseReport,
};

/** The given flags that no question on the way to the advice asks for. */
export function idleFlags(answers: Answers): string[] {
  const asked = new Set<string>(walk(answers).path.map(({ question }) => question.answer));
  const idle = names.filter((name) => answers[name] !== undefined && !asked.has(name));
  return idle.map((name) => flags[name].flag);
}

/** Asks for missing answers. Without a terminal it throws an error that names the flag. */
export async function complete<Given extends Answers>(
  given: Given,
  terminal: { stdin: Terminal["input"]; stdout: Terminal["output"] } | null,
): Promise<Given> {
  const answers = { ...given };
  for (;;) {
    const { missing } = walk(answers);
    if (!missing) return answers;
    if (!terminal)
      throw new Error(`${flags[missing.answer].flag} is missing: ${describe(missing)}`);
    const { stdin: input, stdout: output } = terminal;
    Object.assign(answers, { [missing.answer]: await answer(missing, { input, output }) });
  }
}

async function answer({ ask, branches }: Question, terminal: Terminal): Promise<string | number> {
  if (branches.every(({ least }) => least !== undefined)) return askInteger(ask, terminal);
  const labels = branches.map(({ label }) => label);
  const words = branches.map(({ value }) => value as string);
  return branches[await askChoice(ask, labels, terminal, words)].value as string;
}

function describe({ ask, branches }: Question): string {
  const values = branches.flatMap(({ value }) => value ?? []);
  return values.length > 0 ? `${ask} One of ${values.join(", ")}.` : `${ask} A number.`;
}
