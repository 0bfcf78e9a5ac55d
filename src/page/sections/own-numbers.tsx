import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { change, useFields } from "../model.js";
import { Complaint } from "../parts/fields.js";
import { useOwnId } from "../parts/late.js";
import { isFloat32, readNumbers, wordsOf } from "../state.js";
import { type Texts, useTexts } from "../text/texts.js";

/** Numbers of the visitor's own in the place of the drawn ones. */
export function OwnNumbers() {
  const { see, common } = useTexts();
  const { samples, channels, positions, own } = useFields(
    "samples",
    "channels",
    "positions",
    "own",
  );
  const text = useSignal(own.join(" "));
  const complaint = useSignal<((refused: Texts["common"]["refused"]) => string) | null>(null);
  const [id, hint] = [useOwnId(), useOwnId()];
  useEffect(() => {
    if (own.length > 0) text.value = own.join(" "); // those of a link
    complaint.value = null;
  }, [own]);
  const expected = samples * channels * positions;
  const use = () => {
    const values = readNumbers(text.value);
    const wrong = values.findIndex((value) => !isFloat32(value));
    const word = wordsOf(text.value)[wrong];
    if (wrong >= 0) complaint.value = ({ notNumbers }) => notNumbers(word);
    else if (values.length !== expected)
      complaint.value = ({ numbers }) => numbers(expected, values.length);
    else change({ own: values });
  };
  return (
    <div class="own">
      <label for={id}>{see.own}</label>
      <p id={hint} class="hint">
        {see.ownHint(expected)}
      </p>
      <textarea
        id={id}
        rows={3}
        aria-describedby={hint}
        aria-invalid={complaint.value !== null}
        value={text.value}
        onInput={(e) => {
          text.value = e.currentTarget.value;
        }}
      />
      {complaint.value && <Complaint text={complaint.value(common.refused)} />}
      <div class="buttons">
        <button type="button" onClick={use}>
          {see.useOwn}
        </button>
        {own.length > 0 && (
          <button type="button" class="quiet" onClick={() => change({ own: [] })}>
            {see.useDrawn}
          </button>
        )}
      </div>
    </div>
  );
}
