// node .build/page.mjs makes dist/page/: the page in two languages, its engine, and the same in one file.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { notices } from "./licences.mjs";
import { checkSizes } from "./page/budgets.mjs";
import {
  enginePlugins,
  inOne,
  modules,
  OUT,
  pagePlugins,
  prerenderer,
  style,
} from "./page/bundles.mjs";
import { formulasOf, oneFile, severalFiles } from "./page/documents.mjs";

const write = (name, text) => writeFile(join(OUT, name), text);
const worker = "src/page/engine/worker.ts";
const entry = (name) => `src/page/entries/${name}.tsx`;
/** The program of each document in each language. */
const entries = {
  main: { en: entry("en"), zh: entry("zh") },
  lab: { en: entry("lab-en"), zh: entry("lab-zh") },
  tools: { en: entry("tools-en"), zh: entry("tools-zh") },
};

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
const made = await prerenderer();
const { documentOf, firstData, folderOf, inScript, methodDescriptions, pages, placesOf, upFrom } =
  made;
const known = {
  ...{ families: methodDescriptions, tree: made.tree, corrections: made.shownCorrections },
  treeTexts: pages.main.languages.en.tree,
  correctionTexts: {
    en: pages.lab.languages.en.corrections,
    zh: pages.lab.languages.zh.corrections,
  },
};
const data = made.plain(await firstData(formulasOf(methodDescriptions)));
const css = {
  main: await style("style"),
  lab: await style("lab"),
  tools: await style("tools"),
};
for (const { name, text } of Object.values(css)) await write(name, text);

const engine = await modules({ worker }, { plugins: enginePlugins(known) });
const define = { WORKER: JSON.stringify(`./${engine.worker.file}`) };
const { inputs, ...programs } = await modules(
  {
    ...entries.main,
    labEn: entries.lab.en,
    labZh: entries.lab.zh,
    toolsEn: entries.tools.en,
    toolsZh: entries.tools.zh,
  },
  { define, plugins: pagePlugins(known, data) },
);
const bundles = {
  main: { en: programs.en, zh: programs.zh },
  lab: { en: programs.labEn, zh: programs.labZh },
  tools: { en: programs.toolsEn, zh: programs.toolsZh },
};
/** The styles of the others are that of the first document and more. */
const styles = {
  main: [css.main.name],
  lab: [css.main.name, css.lab.name],
  tools: [css.main.name, css.tools.name],
};
for (const [name, { Document, languages }] of Object.entries(pages)) {
  if (name === "whole") continue;
  for (const [language, texts] of Object.entries(languages)) {
    const folder = folderOf(name, language);
    const places = placesOf(name, language);
    const parts = severalFiles({
      ...{ up: upFrom(folder), places, styles: styles[name], ...bundles[name][language] },
    });
    const html = documentOf({ Document, name, texts, data: data[name], places, ...parts });
    await mkdir(join(OUT, folder), { recursive: true });
    await write(join(folder, "index.html"), html);
  }
}

const own = `evenkeel, ${(await readFile("LICENSE", "utf8")).trim()}`;
const licences = await notices(own, [...engine.inputs, ...inputs]);
await write("LICENSES.txt", licences);
const { Document, languages } = pages.whole;
const parts = oneFile({
  style: css.main.text + css.lab.text + css.tools.text,
  program: inScript(await inOne(entry("file"), pagePlugins(known, data, true))),
  engine: inScript(await inOne(worker, enginePlugins(known))),
  notices: licences,
});
const whole = { ...data.main, ...data.lab, ...data.tools };
const places = placesOf("main", "en");
await write(
  "evenkeel.html",
  documentOf({ Document, name: "main", texts: languages.en, data: whole, places, ...parts }),
);
await checkSizes({ bundles, styles, engine }).catch(async (error) => {
  await rm(join(OUT, "index.html")); // or the next `npm run page` would take the page for finished
  throw error;
});
