import { type Advice, type Answers, type Branch, type Question, tree } from "./choose-tree.js";
import type { Stage } from "./stage.js";

export * from "./choose-tree.js";

export interface Step {
  question: Question;
  branch: Branch;
}

export interface Walk {
  path: Step[];
  /** One of the two: where the path ends, or what it waits for. */
  advice: Advice | null;
  missing: Question | null;
}

export interface ChooseResult {
  config: Answers;
  /** What was asked and answered; nothing without answers. */
  path: { ask: string; answer: string }[];
  advice: Advice | null;
}

export const isAdvice = (node: Question | Advice): node is Advice => "norm" in node;

/** What a number is compared by: devices count by the samples they see together. */
const sizeOf = ({ answer }: Question, { batch = 0, deviceCount = 1 }: Answers): number =>
  answer === "deviceCount" ? batch * deviceCount : batch;

/** Follows the answers down the tree as far as they go. Throws RangeError for one that is none of a question's. */
export function walk(answers: Answers): Walk {
  const path: Step[] = [];
  let node: Question | Advice = tree;
  while (!isAdvice(node)) {
    const question: Question = node;
    const given = answers[question.answer];
    if (given === undefined) return { path, advice: null, missing: question };
    const branch = question.branches.find(({ value, least }) =>
      least === undefined ? value === given : sizeOf(question, answers) >= least,
    );
    if (!branch) {
      const known = question.branches.map(({ value }) => value).join(", ");
      throw new RangeError(`choose: unknown ${question.answer} "${given}"; known: ${known}`);
    }
    path.push({ question, branch });
    node = branch.next;
  }
  return { path, advice: node, missing: null };
}

/** Every advice of the tree with the way to it. */
export function everyAdvice(): { path: Step[]; advice: Advice }[] {
  const below = (question: Question, above: Step[]): { path: Step[]; advice: Advice }[] =>
    question.branches.flatMap((branch) => {
      const path = [...above, { question, branch }];
      return isAdvice(branch.next) ? [{ path, advice: branch.next }] : below(branch.next, path);
    });
  return below(tree, []);
}

/** Which norm fits; without any answer, the whole tree is the result. Throws RangeError where an answer is missing. */
export async function* choose(answers: Answers = {}): AsyncGenerator<Stage, ChooseResult> {
  const { path, advice, missing } = walk(answers);
  if (missing && path.length > 0)
    throw new RangeError(`choose: no answer to ${missing.answer}: ${missing.ask}`);
  yield { stage: "choose", step: 1, steps: 1, text: advice?.norm ?? "the tree" };
  const told = path.map(({ question: { ask, answer }, branch: { label, least } }) => ({
    ask,
    answer: least === undefined ? label : `${answers[answer]}: ${label}`,
  }));
  return { config: answers, path: told, advice };
}
