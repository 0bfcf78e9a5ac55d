// node .build/page.mjs makes dist/page/: the page in two languages, its engine, and the same in one file.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { notices } from "./licences.mjs";
import { checkSizes } from "./page/budgets.mjs";
import { inOne, modules, OUT, prerenderer, style } from "./page/bundles.mjs";
import { formulasOf, oneFile, places, severalFiles } from "./page/documents.mjs";

const write = (name, text) => writeFile(join(OUT, name), text);
const inFile = { worker: "src/page/engine/worker.ts", page: "src/page/entry-file.tsx" };
const entries = { en: "src/page/entry-en.tsx", zh: "src/page/entry-zh.tsx" };

await rm(OUT, { recursive: true, force: true });
await mkdir(join(OUT, "zh"), { recursive: true });
const { documentOf, firstData, inScript, languages, methodDescriptions, tree } =
  await prerenderer();
const known = { families: methodDescriptions, tree, treeTexts: languages.en.tree };
const data = await firstData(formulasOf(methodDescriptions));
const css = await style();
await write(css.name, css.text);

const engine = await modules({ worker: inFile.worker });
const define = { WORKER: JSON.stringify(`./${engine.worker.file}`) };
const pages = await modules(entries, { define, known });
for (const [language, place] of Object.entries(places)) {
  const parts = severalFiles({ ...place, style: css.name, ...pages[language] });
  const html = documentOf({ texts: languages[language], data, ...parts });
  await write(join(place.folder, "index.html"), html);
}

const own = `evenkeel, ${(await readFile("LICENSE", "utf8")).trim()}`;
const licences = await notices(own, [...engine.inputs, ...pages.inputs]);
await write("LICENSES.txt", licences);
const parts = oneFile({
  style: css.text,
  program: inScript(await inOne(inFile.page, known)),
  engine: inScript(await inOne(inFile.worker)),
  notices: licences,
});
await write("evenkeel.html", documentOf({ texts: languages.en, data, ...parts }));
await checkSizes({ ...pages, ...engine, style: css.name }).catch(async (error) => {
  await rm(join(OUT, "index.html")); // or the next `npm run page` would take the page for finished
  throw error;
});
