import { useEffect, useRef } from "preact/hooks";
import { adviceKey } from "../../text/keys.js";
import { answered, known, oneBack, wayOf } from "../answers.js";
import { change, repaired, useFields } from "../model.js";
import { Section } from "../parts/section.js";
import { useTexts } from "../text/texts.js";
import { AdviceCard } from "./choose-advice.js";
import { Ask } from "./choose-question.js";
import { Tree } from "./choose-tree.js";

/** Questions one after the other, until there is an advice. */
export function Choose({ norms }: { norms: ReadonlySet<string> }) {
  const { choose, tree } = useTexts();
  const { answers: texts } = useFields("answers");
  const { path, missing, advice, answers } = wayOf(texts);
  const questions = [...path.map(({ question }) => question), ...(missing ? [missing] : [])];
  useEffect(() => {
    const right = known(texts);
    if (Object.keys(texts).every((name) => Object.hasOwn(right, name))) return;
    const already = repaired.value;
    change({ answers: right }); // the link had others
    repaired.value = [...already, "answers"];
  }, [texts]);
  const box = useRef<HTMLDivElement>(null);
  const leave = (answers: typeof texts) => {
    change({ answers });
    // the button may be off now, so the last question that is left gets the focus
    requestAnimationFrame(() => {
      const last = [...(box.current?.querySelectorAll("fieldset") ?? [])].at(-1);
      const given = last?.querySelector<HTMLElement>("input:checked");
      (given ?? last?.querySelector("input"))?.focus();
    });
  };
  return (
    <Section name="choose" heading={choose.heading} lead={choose.lead}>
      <div class="questions" ref={box}>
        {questions.map((question, i) => (
          <div key={question.answer}>
            <Ask
              question={question}
              answers={answers}
              path={path}
              answer={(text) => change({ answers: answered(texts, question.answer, text) })}
            />
            {i < path.length && <p class="hint">{tree.whys[adviceKey(path.slice(0, i + 1))]}</p>}
          </div>
        ))}
      </div>
      <div aria-live="polite">
        {advice && <AdviceCard advice={advice} path={path} norms={norms} batch={answers.batch} />}
      </div>
      <div class="buttons">
        <button type="button" disabled={path.length === 0} onClick={() => leave(oneBack(texts))}>
          {choose.back}
        </button>
        <button type="button" class="quiet" disabled={path.length === 0} onClick={() => leave({})}>
          {choose.restart}
        </button>
      </div>
      <Tree path={path} />
    </Section>
  );
}
