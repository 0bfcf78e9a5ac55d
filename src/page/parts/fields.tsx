// The controls. Each has its label beside it, and a sentence below where its value was refused.
import type { ComponentChildren } from "preact";
import { useOwnId } from "./late.js";

export function Select<T extends string>(props: {
  label: string;
  value: T;
  change: (value: T) => void;
  children: ComponentChildren;
}) {
  const { label, value, change, children } = props;
  const id = useOwnId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => change(e.currentTarget.value as T)}>
        {children}
      </select>
    </div>
  );
}

export function Slider(props: {
  label: string;
  value: number;
  least: number;
  most: number;
  step?: number;
  /** The value in words, if it is not a plain number. */
  shown?: string;
  change: (value: number) => void;
}) {
  const { label, value, least, most, step = 1, shown = String(value), change } = props;
  const id = useOwnId();
  return (
    <div class="field slider">
      <label for={id}>
        {label} <output for={id}>{shown}</output>
      </label>
      <input
        id={id}
        type="range"
        min={least}
        max={most}
        step={step}
        value={value}
        aria-valuetext={shown}
        onInput={(e) => change(Number(e.currentTarget.value))}
      />
    </div>
  );
}

/** A choice of one among few, as a row of buttons. */
export function Choice<T extends string>(props: {
  label: string;
  value: T | null;
  options: readonly (readonly [T, ComponentChildren])[];
  change: (value: T) => void;
}) {
  const { label, value, options, change } = props;
  const name = useOwnId();
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {options.map(([option, text]) => (
        <label key={option} class="pill">
          <input
            type="radio"
            name={name}
            value={option}
            checked={option === value}
            onChange={() => change(option)}
          />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Some words in a line, such as names or numbers. */
export function Words(props: {
  name: string;
  label: string;
  value: string;
  hint: string;
  isWrong: boolean;
  change: (value: string) => void;
  enter: () => void;
}) {
  const { name, label, value, hint, isWrong, change, enter } = props;
  const [id, hintId] = [useOwnId(), useOwnId()];
  return (
    <div class={`field ${name}`}>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        value={value}
        aria-describedby={hintId}
        aria-invalid={isWrong}
        spellcheck={false}
        autocapitalize="off"
        onInput={(e) => change(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter" && !e.isComposing) enter(); // an input method ends words by it
        }}
      />
      <p id={hintId} class="hint">
        {hint}
      </p>
    </div>
  );
}

/** A sentence at the field whose value was refused. */
export const Complaint = ({ text, id }: { text: string; id?: string }) => (
  <p class="complaint" role="alert" id={id}>
    {text}
  </p>
);
