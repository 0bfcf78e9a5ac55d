import { useSignal } from "@preact/signals";
import type { Picture } from "../../../experiments/pictures.js";
import { Complaint } from "../../parts/fields.js";
import { useOwnId } from "../../parts/late.js";
import { type LabTexts, useLab } from "../../text/texts.js";
import { PictureCanvas } from "./canvas.js";
import { PictureRefusal, readPicture } from "./read-picture.js";

/** One of the two pictures, and the field for a file of the visitor's own: chosen, or dropped here. */
export function OwnPicture(props: {
  label: string;
  picture: Picture | null;
  isOwn: boolean;
  take: (picture: Picture | undefined) => void;
}) {
  const { label, picture, isOwn, take } = props;
  const { style: texts } = useLab();
  const refused = useSignal<((texts: LabTexts["style"]) => string) | null>(null);
  const id = useOwnId();
  const read = async (file: File | undefined) => {
    if (!file) return;
    refused.value = null;
    try {
      take(await readPicture(file));
    } catch (error) {
      const why = error instanceof PictureRefusal ? error.why : "unreadable";
      refused.value = ({ refused }) => refused[why](file.name);
    }
  };
  return (
    <fieldset
      class="own drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        read(event.dataTransfer?.files[0]);
      }}
    >
      <legend>{label}</legend>
      <PictureCanvas picture={picture} label={label} />
      <label for={id} class="hint">
        {texts.own}
      </label>
      <input
        id={id}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        aria-invalid={refused.value !== null}
        onChange={(event) => {
          const { currentTarget: field } = event;
          read(field.files?.[0]).then(() => {
            field.value = ""; // the same file can be chosen again
          });
        }}
      />
      {refused.value && <Complaint text={refused.value(texts)} />}
      {isOwn && (
        <button type="button" class="quiet" onClick={() => take(undefined)}>
          {texts.useDrawn}
        </button>
      )}
    </fieldset>
  );
}
