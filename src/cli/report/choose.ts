import {
  type Advice,
  type Answers,
  type ChooseResult,
  everyAdvice,
  type Step,
  tree,
  walk,
} from "../../experiments/choose.js";
import { escapeHtml } from "../../show/escape-html.js";
import { treeSvg } from "../../show/tree.js";
import { adviceKey, labelKey } from "../../text/keys.js";
import type { Texts } from "../text/en/index.js";
import { caption, htmlTable, type Report, scrollBox } from "./page.js";

const seen = ({ shownBy }: Advice, { common }: Texts) =>
  shownBy.map((name) => `evenkeel ${name}`).join(common.comma);

/** The questions on the way, each with the answer that was given. */
function asked(path: readonly Step[], answers: Answers, { tree, choose }: Texts): string[][] {
  return path.map(({ question, branch }) => {
    const label = tree.labels[labelKey(question, branch)];
    const given = branch.least === undefined ? null : String(answers[question.answer]);
    return [tree.asks[question.answer], given === null ? label : choose.answer(given, label)];
  });
}

/** An advice and the way to it, in words. */
function told(path: readonly Step[], advice: Advice, texts: Texts) {
  const { norm, reason, caveat } = texts.tree.advice[adviceKey(path)];
  return { norm, reason, caveat, take: texts.choose.take(norm, advice.code) };
}

export function chooseText({ config, advice }: ChooseResult, texts: Texts): string {
  const { choose } = texts;
  if (!advice) return choose.answers(everyAdvice().length);
  const { path } = walk(config);
  const { take, reason, caveat } = told(path, advice, texts);
  return [
    ...asked(path, config, texts).map(([ask, answer]) => `  ${ask} ${answer}`),
    "",
    take,
    choose.lines.why + reason,
    choose.lines.but + caveat,
    choose.lines.see + seen(advice, texts),
  ].join("\n");
}

/** The questions, the answers and the advice as a list of terms. */
function chosenSection(path: readonly Step[], answers: Answers, advice: Advice, texts: Texts) {
  const { terms, yours } = texts.choose;
  const { take, reason, caveat } = told(path, advice, texts);
  const list = [
    ...asked(path, answers, texts),
    [terms.take, take],
    [terms.why, reason],
    [terms.but, caveat],
    [terms.see, seen(advice, texts)],
  ].map(([term, text]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`);
  return { title: yours, html: `<dl>${list.join("")}</dl>` };
}

export function chooseReport({ config, advice }: ChooseResult, texts: Texts): Report {
  const { choose, common } = texts;
  const all = everyAdvice();
  const { path } = walk(config);
  const mine = advice ? told(path, advice, texts) : null;
  const words = {
    label: choose.tree.label,
    ask: ({ answer }: Step["question"]) => texts.tree.asks[answer],
    branch: ({ question, branch }: Step) => texts.tree.labels[labelKey(question, branch)],
    norm: (path: readonly Step[]) => texts.tree.advice[adviceKey(path)].norm,
  };
  const drawn = scrollBox(choose.tree.box, treeSvg(tree, path, words));
  const rows = all.map((row) => {
    const { take, reason, caveat } = told(row.path, row.advice, texts);
    const where = row.path.map(
      ({ question, branch }) => texts.tree.labels[labelKey(question, branch)],
    );
    return [where.join(common.semicolon), take, reason, caveat, row.advice.shownBy.join(", ")];
  });
  return {
    title: choose.title,
    summary: mine ? choose.chosen(mine.norm, mine.reason) : choose.summary(all.length),
    lead: choose.lead,
    sections: [
      ...(advice ? [chosenSection(path, config, advice, texts)] : []),
      { title: choose.tree.title, html: `${drawn}\n${advice ? caption(choose.tree.way) : ""}` },
      {
        title: choose.every.title,
        html: `<div class="prose">${htmlTable(choose.every.head, rows, texts)}</div>`,
      },
    ],
  };
}
