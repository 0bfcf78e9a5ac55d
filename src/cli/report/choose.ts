import {
  type Advice,
  type ChooseResult,
  everyAdvice,
  tree,
  walk,
} from "../../experiments/choose.js";
import { escapeHtml } from "../../show/escape-html.js";
import { treeSvg } from "../../show/tree.js";
import { htmlTable, type Report, scrollBox } from "./page.js";

const seen = ({ shownBy }: Advice) => shownBy.map((name) => `evenkeel ${name}`).join(", ");

export function chooseText({ path, advice }: ChooseResult): string {
  if (!advice) return `${everyAdvice().length} answers; evenkeel choose asks for yours.`;
  const asked = path.map(({ ask, answer }) => `  ${ask} ${answer}`);
  return [
    ...asked,
    "",
    `${advice.norm}: ${advice.code}`,
    `Why:      ${advice.reason}`,
    `But:      ${advice.caveat}`,
    `See:      ${seen(advice)}`,
  ].join("\n");
}

export function chooseReport({ config, path, advice }: ChooseResult): Report {
  const all = everyAdvice();
  const chosen = advice
    ? [
        {
          title: "Yours",
          html: `<dl>${[
            ...path.map(({ ask, answer }) => [ask, answer]),
            ["Take", `${advice.norm}: ${advice.code}`],
            ["Why", advice.reason],
            ["But", advice.caveat],
            ["See", seen(advice)],
          ]
            .map(([term, text]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`)
            .join("")}</dl>`,
        },
      ]
    : [];
  return {
    title: "Which norm",
    summary: advice
      ? `${advice.norm}. ${advice.reason}`
      : `${all.length} answers to the question which norm fits, each with its reason, its caveat and the experiment that shows it.`,
    lead: `The articles end in a decision tree, whose picture is lost, and in rules of thumb, some of them the wrong way round.
This tree keeps what holds.`,
    sections: [
      ...chosen,
      {
        title: "The tree",
        html: `${scrollBox("The tree of questions", treeSvg(tree, walk(config).path))}
${advice ? '<p class="caption">Orange: your way.</p>' : ""}`,
      },
      {
        title: "Every answer",
        html: `<div class="prose">${htmlTable(
          ["where", "take", "why", "but", "see"],
          all.map((row) => [
            row.path.map(({ branch }) => branch.label).join("; "),
            `${row.advice.norm}: ${row.advice.code}`,
            row.advice.reason,
            row.advice.caveat,
            row.advice.shownBy.join(", "),
          ]),
        )}</div>`,
      },
    ],
  };
}
