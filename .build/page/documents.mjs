// The page's documents: what stands in their heads, and their scripts.
import { createHash } from "node:crypto";
import temml from "temml";

/** MathML without style attributes, which the page's policy forbids, and without the TeX that it came from. */
const mathmlOf = (tex) =>
  temml.renderToString(tex, { displayMode: true }).replace(/ (style|class)="[^"]*"/g, "");

/** MathML of every method's formula, by the method's name. */
export const formulasOf = (families) =>
  Object.fromEntries(
    families.flatMap(({ methods }) => methods.map(({ name, tex }) => [name, mathmlOf(tex)])),
  );

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * What the page may load and run: nothing from elsewhere, and no code in attributes. A worker from a blob has it too,
 * one from a file has that of the file's headers alone: `evenkeel page` sends it.
 */
export function policy({ script, style, worker }) {
  const rules = [
    "default-src 'none'",
    `script-src ${script} 'wasm-unsafe-eval'`,
    `style-src ${style}`,
    `worker-src ${worker}`,
    "img-src data:",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<meta http-equiv="Content-Security-Policy" content="${rules.join("; ")}">`;
}

const icon = `<link rel="icon" href="data:,">`;

/** Browsers load no modules from the disk: then this alone runs, and shows the notice beside it. */
const ifFromDisk =
  'if (location.protocol === "file:") document.getElementById("disk").hidden = false;';

/**
 * A page of several files: addresses are relative, so that it may lie in any folder. `file` is its script, and `all`
 * are this and what it imports: the browser need not read it first to know them.
 */
export function severalFiles({ up, places, styles, file, all }) {
  const { href, lang } = places.other;
  const head = [
    policy({ script: `'self' ${hash(ifFromDisk)}`, style: "'self'", worker: "'self'" }),
    icon,
    `<link rel="alternate" hreflang="${lang}" href="${href}">`,
    ...styles.map((name) => `<link rel="stylesheet" href="${up}${name}">`),
    ...all.map((name) => `<link rel="modulepreload" href="${up}${name}">`),
  ].join("\n");
  const scripts = `<script type="module" src="${up}${file}"></script>`;
  return { head, fromDisk: ifFromDisk, scripts };
}

/** A page that is one file. `notices` are the licences of what is in it. */
export function oneFile({ style, program, engine, notices }) {
  const head = [
    policy({ script: hash(program), style: hash(style), worker: "blob:" }),
    icon,
    `<style>${style}</style>`,
  ].join("\n");
  const scripts = [
    `<script type="text/plain" id="engine">${engine}</script>`,
    `<script>${program}</script>`,
    `<!--\n${notices.replaceAll("--", "- ")}\n-->`,
  ].join("\n");
  return { head, scripts };
}
