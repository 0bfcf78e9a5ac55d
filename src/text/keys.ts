// Where the texts of the decision tree stand in the dictionary of each language.
import type { Branch, Question, Step } from "../experiments/choose.js";

/** Of an answer, such as "task.vision" or "batch.16". */
export const labelKey = ({ answer }: Question, { value, least }: Branch): string =>
  `${answer}.${value ?? least}`;

/**
 * Of an answer and its reason in their place, and of the advice at the end of a path, such as
 * "task.vision/batch.16/shift.no".
 */
export const adviceKey = (path: readonly Step[]): string =>
  path.map(({ question, branch }) => labelKey(question, branch)).join("/");
