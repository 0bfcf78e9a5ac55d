// The single file: all documents in one, of which one is shown. The others go on with what they do.
import { useComputed } from "@preact/signals";
import { App } from "./app.js";
import { Lab } from "./lab/app.js";
import type { LabData } from "./lab/data.js";
import { type PageData, shownDocument } from "./model.js";
import { placesInFile } from "./places.js";
import type { Document } from "./shell.js";
import { Tools } from "./tools/app.js";
import type { ToolsData } from "./tools/data.js";

export const Whole: Document<PageData & LabData & ToolsData> = ({ data, places: { other } }) => {
  // signals as attributes change at once: what is linked to must be there to be scrolled to
  const isElsewhere = useComputed(() => shownDocument.value !== "main");
  const isNotLab = useComputed(() => shownDocument.value !== "lab");
  const isNotTools = useComputed(() => shownDocument.value !== "tools");
  return (
    <>
      <div hidden={isElsewhere}>
        <App data={data} places={placesInFile("main", other)} />
      </div>
      <div hidden={isNotLab}>
        <Lab data={data} places={placesInFile("lab", other)} />
      </div>
      <div hidden={isNotTools}>
        <Tools data={data} places={placesInFile("tools", other)} />
      </div>
    </>
  );
};
