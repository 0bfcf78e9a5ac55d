import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Picture } from "../../../experiments/pictures.js";
import { Complaint } from "../../parts/fields.js";
import { FileDrop } from "../../parts/file-drop.js";
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
  const choices = useRef(0);
  const refused = useSignal<((texts: LabTexts["style"]) => string) | null>(null);
  const read = async ([file]: File[]) => {
    const choice = ++choices.current; // of several, only the last one counts
    refused.value = null;
    try {
      const picture = await readPicture(file);
      if (choice === choices.current) take(picture);
    } catch (error) {
      if (choice !== choices.current) return;
      const why = error instanceof PictureRefusal ? error.why : "unreadable";
      refused.value = ({ refused }) => refused[why](file.name);
    }
  };
  return (
    <FileDrop
      label={label}
      choose={texts.choose}
      hint={texts.own}
      accept="image/png,image/jpeg,image/webp"
      take={read}
      above={<PictureCanvas picture={picture} label={label} />}
    >
      {refused.value && <Complaint text={refused.value(texts)} />}
      {isOwn && (
        <button type="button" class="quiet" onClick={() => take(undefined)}>
          {texts.useDrawn}
        </button>
      )}
    </FileDrop>
  );
}
