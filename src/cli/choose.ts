import { Option } from "commander";
import {
  type Answers,
  type ChooseResult,
  choose,
  everyAdvice,
  type Question,
  walk,
} from "../experiments/choose.js";
import { labelKey } from "../text/keys.js";
import { askChoice, askInteger, type Terminal } from "./ask.js";
import type { Experiment } from "./command.js";
import { batchSize, integer, option } from "./options.js";
import { chooseReport, chooseText } from "./report/choose.js";
import type { Texts } from "./text/en/index.js";

const flags: Record<keyof Answers, { flag: string; value: string }> = {
  task: { flag: "--task", value: "<name>" },
  batch: { flag: "--batch-size", value: "<n>" },
  deviceCount: { flag: "--device-count", value: "<n>" },
  shift: { flag: "--shift", value: "<yes|no>" },
  sequence: { flag: "--sequence", value: "<name>" },
  style: { flag: "--style", value: "<name>" },
  generator: { flag: "--generator", value: "<name>" },
};

type Flags = Omit<Answers, "batch"> & { batchSize?: number };

/** The possible values of a flag: the answers to its question in the tree. */
const valuesOf = (name: keyof Answers): string[] => {
  const questions = everyAdvice().flatMap(({ path }) => path.map(({ question }) => question));
  const branches = questions.find(({ answer }) => answer === name)?.branches ?? [];
  return branches.flatMap(({ value }) => value ?? []);
};

const names = Object.keys(flags) as (keyof Answers)[];
const optionsIn = ({ choose }: Texts): Option[] =>
  names.map((name) => {
    const { flag, value } = flags[name];
    const about = choose.flags[name];
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

export const chooseExperiment = (texts: Texts): Experiment<Flags, ChooseResult> => ({
  name: "choose",
  description: texts.choose.description,
  options: optionsIn(texts),
  quick: {},
  async complete(given) {
    const terminal = process.stdin.isTTY && process.stdout.isTTY ? process : null;
    const { batch, ...answers } = await complete(answersOf(given), terminal, texts);
    const idle = idleFlags({ batch, ...answers });
    if (idle.length > 0) console.log(texts.choose.idle(idle.join(", ")));
    return { ...given, ...answers, batchSize: batch };
  },
  run: (given) => choose(answersOf(given)),
  text: (result) => chooseText(result, texts),
  report: (result) => chooseReport(result, texts),
});

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
  texts: Texts,
): Promise<Given> {
  const answers = { ...given };
  for (;;) {
    const { missing } = walk(answers);
    if (!missing) return answers;
    if (!terminal) {
      const { flag } = flags[missing.answer];
      throw new Error(texts.choose.missing(flag, describe(missing, texts)));
    }
    const { stdin: input, stdout: output } = terminal;
    Object.assign(answers, { [missing.answer]: await answer(missing, { input, output }, texts) });
  }
}

async function answer(
  question: Question,
  terminal: Terminal,
  texts: Texts,
): Promise<string | number> {
  const { branches } = question;
  const ask = texts.tree.asks[question.answer];
  if (branches.every(({ least }) => least !== undefined)) return askInteger(ask, terminal, texts);
  const labels = branches.map((branch) => texts.tree.labels[labelKey(question, branch)]);
  const words = branches.map(({ value }) => value as string);
  return branches[await askChoice(ask, labels, terminal, texts, words)].value as string;
}

function describe({ answer, branches }: Question, { tree, choose, common }: Texts): string {
  const values = branches.flatMap(({ value }) => value ?? []);
  const expected = values.length > 0 ? choose.oneOf(values.join(", ")) : choose.number;
  return tree.asks[answer] + common.space + expected;
}
