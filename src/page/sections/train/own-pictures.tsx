import { useSignal } from "@preact/signals";
import { RECORD_BYTES } from "../../../data/cifar10.js";
import { Complaint } from "../../parts/fields.js";
import { FileDrop } from "../../parts/file-drop.js";
import { fileRefusalText } from "../../refusals.js";
import { useTexts } from "../../text/texts.js";
import { leaveFile, ownData, takeFile } from "./own-data.js";

/** A file of pictures of the visitor's own. */
export function OwnPictures() {
  const { train, common } = useTexts();
  const refused = useSignal<{ error: unknown; name: string } | null>(null);
  const data = ownData.value;
  const take = async ([file]: File[]) => {
    refused.value = null;
    await takeFile(file).catch((error) => {
      refused.value = { error, name: file.name };
    });
  };
  return (
    <FileDrop
      label={train.data}
      choose={train.chooseFile}
      hint={train.dataHint}
      accept=".bin,.gz,.tgz,application/gzip"
      take={take}
    >
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
    </FileDrop>
  );
}

const imagesIn = ({ length }: Uint8Array): number => length / RECORD_BYTES;
