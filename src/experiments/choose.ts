import { type Advice, type Answers, type Branch, type Question, tree } from "./choose-tree.js";
import type { Stage } from "./stage.js";

export * from "./choose-tree.js";

/** One answered question on the way down the tree. */
export interface Step {
  question: Question;
  branch: Branch;
}

/** How far some answers lead. */
export interface Walk {
  path: Step[];
  /** The advice at the end of the path; null where a question is still open. */
  advice: Advice | null;
  /** The question that must be answered next; null at the end. */
  missing: Question | null;
}

/** What `choose` returns. */
export interface ChooseResult {
  /** The given answers. */
  config: Answers;
  /** The questions and the given answers. Empty if there are no answers. */
  path: { ask: string; answer: string }[];
  advice: Advice | null;
}

/** Whether a node of the tree is an advice, which ends a path, and not a question. */
export const isAdvice = (node: Question | Advice): node is Advice => "code" in node;

/** The number that decides. Devices count by the number of samples they see together. */
const sizeOf = ({ answer }: Question, { batch = 0, deviceCount = 1 }: Answers): number =>
  answer === "deviceCount" ? batch * deviceCount : batch;

/**
 * Follows the answers down the tree as far as they go.
 * @throws RangeError for an answer that its question does not have
 */
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

/** Every advice of the tree, with the path to it. */
export function everyAdvice(): { path: Step[]; advice: Advice }[] {
  const below = (question: Question, above: Step[]): { path: Step[]; advice: Advice }[] =>
    question.branches.flatMap((branch) => {
      const path = [...above, { question, branch }];
      return isAdvice(branch.next) ? [{ path, advice: branch.next }] : below(branch.next, path);
    });
  return below(tree, []);
}

/**
 * Finds the norm that fits. Without any answer, the result is the whole tree.
 * @throws RangeError if an answer is missing
 */
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
