import type { ComponentChildren } from "preact";

/** A choice of one or more among few, as a row of buttons. The last one cannot be left. */
export function Several<T extends string>(props: {
  label: string;
  values: readonly string[];
  options: readonly (readonly [T, ComponentChildren])[];
  change: (values: T[]) => void;
}) {
  const { label, values, options, change } = props;
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {options.map(([option, text]) => (
        <label key={option} class="pill">
          <input
            type="checkbox"
            checked={values.includes(option)}
            onChange={(event) => {
              const isChosen = event.currentTarget.checked;
              const next = options
                .map(([name]) => name)
                .filter((name) => (name === option ? isChosen : values.includes(name)));
              if (next.length > 0) change(next);
              else event.currentTarget.checked = true;
            }}
          />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
