import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useKeptFocus } from "./kept-focus.js";
import { useOwnId } from "./late.js";

/** A file that misses the field would open in the place of the page. */
function stay(event: DragEvent): void {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
}

/** A field for files of the visitor's own: chosen, or dropped here. */
export function FileDrop(props: {
  label: string;
  /** On the button, and beside it. */
  choose: string;
  hint: string;
  accept: string;
  multiple?: boolean;
  take: (files: File[]) => void;
  /** What stands above the button, and below it. */
  above?: ComponentChildren;
  children?: ComponentChildren;
}) {
  const { label, choose, hint, accept, multiple, take, above, children } = props;
  const id = useOwnId();
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLFieldSetElement>(null);
  useKeptFocus(box); // what is chosen can be left by a button that goes with it
  useEffect(() => {
    addEventListener("dragover", stay);
    addEventListener("drop", stay);
  }, []);
  const got = (files: FileList | null | undefined) => {
    if (files && files.length > 0) take([...files]);
  };
  return (
    <fieldset
      ref={box}
      class="own drop"
      onDragOver={(e) => e.preventDefault()}
      onDrop={(e) => {
        e.preventDefault();
        got(e.dataTransfer?.files);
      }}
    >
      <legend>{label}</legend>
      {above}
      <button type="button" aria-describedby={id} onClick={() => input.current?.click()}>
        {choose}
      </button>{" "}
      <span id={id} class="hint">
        {hint}
      </span>
      <input
        ref={input}
        type="file"
        accept={accept}
        multiple={multiple}
        hidden // the browser's own button is in its language, not in the page's
        onChange={({ currentTarget }) => {
          got(currentTarget.files);
          currentTarget.value = ""; // or the same file could not be chosen again
        }}
      />
      {children}
    </fieldset>
  );
}
