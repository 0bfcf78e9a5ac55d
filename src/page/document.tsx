// The HTML of the page, made once for each document and language when the page is built.
import { renderToString } from "preact-render-to-string";
import { shownDocument } from "./model.js";
import { AsText } from "./parts/late.js";
import { shortest } from "./preset-races.js";
import type { Document, Places } from "./shell.js";
import type { DocumentName } from "./state.js";
import { type CommonTexts, TextsContext } from "./text/texts.js";

export interface Parts<D> {
  Document: Document<D>;
  name: DocumentName;
  texts: CommonTexts;
  data: D;
  places: Places;
  /** What stands in the head beside the title: the policy, the style, links. */
  head: string;
  /** A script that shows the element "disk" where the page is opened from the disk and can do nothing. */
  fromDisk?: string;
  /** What stands at the end: the scripts. */
  scripts: string;
}

/** A text that may stand in a script element. */
export const inScript = (text: string): string =>
  text.replaceAll("</", "<\\/").replaceAll("<!--", "<\\!--");

export function documentOf<D>(parts: Parts<D>): string {
  const { Document, name, texts, data, places, head, fromDisk, scripts } = parts;
  const { common } = texts;
  const { lead, title } = common.documents[name];
  shownDocument.value = name;
  const body = renderToString(
    <AsText.Provider value={renderToString}>
      <TextsContext.Provider value={texts}>
        <Document data={data} places={places} />
      </TextsContext.Provider>
    </AsText.Provider>,
  );
  const disk = fromDisk
    ? `<p class="notice" id="disk" role="alert" hidden>${common.fromDisk}</p><script>${fromDisk}</script>`
    : "";
  return `<!doctype html>
<html lang="${common.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${lead}">
<title>${title}</title>
${head}
</head>
<body>
${disk}
<div id="page">${body}</div>
${scripts}
</body>
</html>
`;
}

/** Data as the documents' programs get it. */
export const plain = <D,>(data: D): D => JSON.parse(JSON.stringify(data, asPlain));

/** Numbers with as few digits as tell one float32 from the next, and typed arrays as lists of them. */
function asPlain(_: string, value: unknown): unknown {
  if (value instanceof Float32Array) return Array.from(value, (x) => Number(shortest(x)));
  return typeof value === "number" ? Number(value.toPrecision(9)) : value;
}
