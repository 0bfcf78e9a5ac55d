import { type Branch, isAdvice, type Question, type Step, tree } from "../../experiments/choose.js";
import { adviceKey, labelKey } from "../../text/keys.js";
import { useTexts } from "../text/texts.js";

/** The whole tree, to unfold. The way that was taken stands open and is marked. */
export function Tree({ path }: { path: readonly Step[] }) {
  const { choose } = useTexts();
  return (
    <div class="tree">
      <h3>{choose.tree}</h3>
      <p class="hint">{choose.treeHint}</p>
      <Branches question={tree} above={[]} path={path} />
    </div>
  );
}

interface Place {
  question: Question;
  /** The steps that lead here. */
  above: readonly Step[];
  path: readonly Step[];
}

function Branches({ question, above, path }: Place) {
  const { tree: texts } = useTexts();
  return (
    <>
      <p class="ask">{texts.asks[question.answer]}</p>
      <ul>
        {question.branches.map((branch) => (
          <li key={labelKey(question, branch)}>
            <Unfold {...{ branch, question, above, path }} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Unfold({ branch, question, above, path }: Place & { branch: Branch }) {
  const { tree: texts, choose } = useTexts();
  const here = [...above, { question, branch }];
  const isTaken = path[above.length]?.branch === branch;
  const { next } = branch;
  const end = isAdvice(next) ? texts.advice[adviceKey(here)] : null;
  return (
    <details open={isTaken} class={isTaken ? "taken" : undefined}>
      <summary>
        {isTaken && <span aria-hidden="true">✓ </span>}
        {texts.labels[labelKey(question, branch)]}
        {end && (
          <>
            <span aria-hidden="true"> → </span>
            <strong>{end.norm}</strong>
          </>
        )}
      </summary>
      {end && (
        <p class="end">
          {end.reason} <span class="what">{choose.but}</span>
          {end.caveat}
        </p>
      )}
      {!isAdvice(next) && <Branches question={next} above={here} path={path} />}
    </details>
  );
}
