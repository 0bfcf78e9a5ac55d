// The HTML of the page, made once for each language when the page is built.
import { renderToString } from "preact-render-to-string";
import { App, type Other } from "./app.js";
import type { PageData } from "./model.js";
import { AsText } from "./parts/late.js";
import { shortest } from "./preset-races.js";
import { en } from "./text/en/index.js";
import type { Texts } from "./text/texts.js";
import { zh } from "./text/zh/index.js";

export const languages = { en, zh } as const;

export interface Parts {
  texts: Texts;
  data: PageData;
  other: Other;
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

export function documentOf({ texts, data, other, head, fromDisk, scripts }: Parts): string {
  const { common } = texts;
  const body = renderToString(
    <AsText.Provider value={renderToString}>
      <App texts={texts} data={data} other={other} />
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
<meta name="description" content="${common.lead}">
<title>${common.title}</title>
${head}
</head>
<body>
${disk}
<div id="page">${body}</div>
<script type="application/json" id="data">${inScript(JSON.stringify(data, asPlain))}</script>
${scripts}
</body>
</html>
`;
}

/** Numbers with as few digits as tell one float32 from the next, and typed arrays as lists of them. */
function asPlain(_: string, value: unknown): unknown {
  if (value instanceof Float32Array) return Array.from(value, (x) => Number(shortest(x)));
  return typeof value === "number" ? Number(value.toPrecision(9)) : value;
}
