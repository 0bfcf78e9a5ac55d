// The answers of a link, which are texts, and the way that they lead down the tree.
import {
  type Advice,
  type Answers,
  type Branch,
  type Question,
  type Step,
  type Walk,
  walk,
} from "../experiments/choose.js";
import { methodDescriptions } from "../experiments/methods/descriptions.js";
import { presetSettings } from "./preset-races.js";
import { MOST_NORMS, normsOf, type State } from "./state.js";

export type AnswerTexts = Readonly<Record<string, string>>;

/** Whether a question asks for a number. */
export const isNumeric = ({ branches }: Question): boolean =>
  branches.some(({ least }) => least !== undefined);

/** A text as the answer to a question; undefined for one that cannot be. */
export function answerOf(
  question: Question,
  text: string | undefined,
): string | number | undefined {
  if (text === undefined) return undefined;
  if (!isNumeric(question)) return question.branches.find(({ value }) => value === text) && text;
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 1 && number <= 1e6 ? number : undefined;
}

export interface Way extends Walk {
  answers: Answers;
}

/** Follows texts as far as they answer the questions on their way. Others are left out. */
export function wayOf(texts: AnswerTexts): Way {
  let answers: Answers = {};
  for (;;) {
    const way = walk(answers);
    const { missing } = way;
    const answer = missing ? answerOf(missing, texts[missing.answer]) : undefined;
    if (!missing || answer === undefined) return { ...way, answers };
    answers = { ...answers, [missing.answer]: answer };
  }
}

const textsOf = (answers: Answers): AnswerTexts =>
  Object.fromEntries(Object.entries(answers).map(([name, value]) => [name, String(value)]));

/** The texts that answer the questions on their way. */
export const known = (texts: AnswerTexts): AnswerTexts => textsOf(wayOf(texts).answers);

/** The texts after another answer. Those to questions that are no longer asked are left out. */
export const answered = (texts: AnswerTexts, name: keyof Answers, text: string): AnswerTexts =>
  known({ ...texts, [name]: text });

/** The texts without the last answer. */
export const oneBack = (texts: AnswerTexts): AnswerTexts =>
  textsOf(Object.fromEntries(Object.entries(wayOf(texts).answers).slice(0, -1)));

/** The branch that was taken at a question. */
export const takenAt = (path: readonly Step[], question: Question): Branch | null =>
  path.find((step) => step.question === question)?.branch ?? null;

/** The method of the table that an advice is about, by the name in its code. */
export function methodOf({ code }: Advice): string | null {
  const spec = /createNorm\("(\w+)/.exec(code)?.[1];
  if (spec) return spec;
  const word = /(\w+)\(/.exec(code)?.[1];
  const rows = methodDescriptions.flatMap(({ methods }) => methods);
  // The last row with this layer is meant: GroupNorm also makes layer norm of feature maps, with one group.
  return (
    rows.findLast(({ api }) => api.some((name) => name.split(".").at(-1) === word))?.name ?? null
  );
}

/** The samples from which the race of 16 shows what an advice says. */
const ENOUGH = 16;

/**
 * The race that shows an advice: with few samples in a batch if few were answered, and with the advised method in it.
 */
export function raceOf(
  { code }: Advice,
  batch: number | undefined,
  method: string | null,
  state: State,
): Partial<State> {
  const preset = batch === undefined || batch >= ENOUGH ? null : batch === 1 ? "batch1" : "batch2";
  const { norms, lr } = preset
    ? presetSettings[preset]
    : { norms: normsOf(state.norms), lr: state.lr };
  const advised = method && code.includes("+ws") ? `${method}+ws` : method;
  const all = [...new Set([...norms, ...(advised ? [advised] : [])])].slice(-MOST_NORMS);
  return { norms: all.join(" "), lr, ...(preset && { preset }) };
}
