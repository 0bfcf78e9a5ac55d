import type { Advice, Answers } from "../../experiments/choose.js";
import { everyAdvice } from "../../experiments/choose.js";
import { adviceKey, labelKey } from "../keys.js";

const ends = everyAdvice();
const steps = ends.flatMap(({ path }) => path);

/** By the names of the answers that are asked for. */
export const asks = Object.fromEntries(
  steps.map(({ question }) => [question.answer, question.ask]),
) as Record<keyof Answers, string>;

/** By `labelKey`. */
export const labels: Readonly<Record<string, string>> = Object.fromEntries(
  steps.map(({ question, branch }) => [labelKey(question, branch), branch.label]),
);

/** Reasons of answers, by `adviceKey` of the path that ends with them. */
export const whys: Readonly<Record<string, string>> = Object.fromEntries(
  ends.flatMap(({ path }) =>
    path.map(({ branch }, i) => [adviceKey(path.slice(0, i + 1)), branch.why]),
  ),
);

/** By `adviceKey`. */
export const advice: Readonly<Record<string, Pick<Advice, "norm" | "reason" | "caveat">>> =
  Object.fromEntries(
    ends.map(({ path, advice: { norm, reason, caveat } }) => [
      adviceKey(path),
      { norm, reason, caveat },
    ]),
  );
