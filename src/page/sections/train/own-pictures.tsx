import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { RECORD_BYTES } from "../../../data/cifar10.js";
import { Complaint } from "../../parts/fields.js";
import { useOwnId } from "../../parts/late.js";
import { fileRefusalText } from "../../refusals.js";
import { useTexts } from "../../text/texts.js";
import { leaveFile, ownData, takeFile } from "./own-data.js";

/** A file that misses the field would open in the place of the page. */
function stay(event: DragEvent): void {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
}

/** A file of pictures of the visitor's own: chosen, or dropped here. */
export function OwnPictures() {
  const { train, common } = useTexts();
  const refused = useSignal<{ error: unknown; name: string } | null>(null);
  const id = useOwnId();
  const input = useRef<HTMLInputElement>(null);
  const data = ownData.value;
  const take = async (file: File | undefined) => {
    if (!file) return;
    refused.value = null;
    await takeFile(file).catch((error) => {
      refused.value = { error, name: file.name };
    });
  };
  useEffect(() => {
    addEventListener("dragover", stay);
    addEventListener("drop", stay);
  }, []);
  return (
    <fieldset
      class="own drop"
      onDragOver={(e) => e.preventDefault()}
      onDrop={(e) => {
        e.preventDefault();
        take(e.dataTransfer?.files[0]);
      }}
    >
      <legend>{train.data}</legend>
      <button type="button" aria-describedby={id} onClick={() => input.current?.click()}>
        {train.chooseFile}
      </button>{" "}
      <span id={id} class="hint">
        {train.dataHint}
      </span>
      <input
        ref={input}
        type="file"
        accept=".bin,.gz,.tgz,application/gzip"
        hidden // the browser's own button is in its language, not in the page's
        onChange={({ currentTarget }) => {
          take(currentTarget.files?.[0]);
          currentTarget.value = ""; // or the same file could not be chosen again
        }}
      />
      {refused.value && (
        <Complaint text={fileRefusalText(refused.value.error, refused.value.name, train, common)} />
      )}
      {data && (
        <p>
          {train.using(data.name, imagesIn(data.train), imagesIn(data.test))}{" "}
          <button type="button" class="quiet" onClick={leaveFile}>
            {train.useDrawn}
          </button>
        </p>
      )}
    </fieldset>
  );
}

const imagesIn = ({ length }: Uint8Array): number => length / RECORD_BYTES;
