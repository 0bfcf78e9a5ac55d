import { useSignal } from "@preact/signals";
import type { Answers, Question, Step } from "../../experiments/choose.js";
import { labelKey } from "../../text/keys.js";
import { answerOf, isNumeric, takenAt } from "../answers.js";
import { Choice, Complaint } from "../parts/fields.js";
import { useOwnId } from "../parts/late.js";
import { useTexts } from "../text/texts.js";

interface AskProps {
  question: Question;
  answers: Answers;
  path: readonly Step[];
  answer: (text: string) => void;
}

/** A question with its answers to choose from, or with a number to give. */
export function Ask({ question, answers, path, answer }: AskProps) {
  const { tree } = useTexts();
  if (isNumeric(question)) return <AskNumber {...{ question, answers, path, answer }} />;
  const taken = takenAt(path, question);
  return (
    <Choice
      label={tree.asks[question.answer]}
      value={taken?.value ?? null}
      options={question.branches.map(
        (branch) => [branch.value ?? "", tree.labels[labelKey(question, branch)]] as const,
      )}
      change={answer}
    />
  );
}

const presets: Partial<Record<keyof Answers, readonly number[]>> = {
  batch: [1, 4, 16, 64],
  deviceCount: [1, 2, 4, 8],
};

/** What was typed, and the answer then: after another answer it no longer counts. */
interface Typed {
  text: string;
  isWrong: boolean;
  given: Answers[keyof Answers];
}

/** A number, with those that are often given as buttons, and the thresholds that decide. */
function AskNumber({ question, answers, path, answer }: AskProps) {
  const { tree, choose } = useTexts();
  const { answer: name, branches } = question;
  const given = answers[name];
  const typed = useSignal<Typed | null>(null);
  const id = useOwnId();
  const taken = takenAt(path, question);
  const give = (text: string, isNumber = true) => {
    const read = isNumber ? answerOf(question, text) : undefined;
    const isWrong = read === undefined && !(isNumber && text === "");
    typed.value = { text, isWrong, given: read ?? given };
    if (read !== undefined) answer(text);
  };
  const { text, isWrong } =
    typed.value && typed.value.given === given
      ? typed.value
      : { text: String(given ?? ""), isWrong: false };
  const { batch, deviceCount } = answers;
  return (
    <div class="number">
      <Choice
        label={tree.asks[name]}
        value={isWrong || given === undefined ? null : String(given)}
        options={(presets[name] ?? []).map((n) => [String(n), String(n)] as const)}
        change={give}
      />
      <div class="field">
        <label for={id}>{choose.number[name as keyof typeof choose.number]}</label>
        <input
          id={id}
          type="number"
          min={1}
          step={1}
          inputMode="numeric"
          aria-invalid={isWrong}
          value={text}
          onInput={(e) => give(e.currentTarget.value, !e.currentTarget.validity.badInput)}
          onBlur={() => {
            if (!isWrong) typed.value = null;
          }}
        />
      </div>
      <ul class="thresholds">
        {branches.map((branch) => (
          <li key={labelKey(question, branch)} class={branch === taken ? "taken" : undefined}>
            {branch === taken && <span aria-hidden="true">✓ </span>}
            {tree.labels[labelKey(question, branch)]}
          </li>
        ))}
      </ul>
      {name === "deviceCount" && taken && (
        <p class="hint">{choose.together(batch ?? 0, deviceCount ?? 1)}</p>
      )}
      {isWrong && <Complaint text={choose.wrong} />}
    </div>
  );
}
