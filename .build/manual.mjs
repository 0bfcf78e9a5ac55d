// node .build/manual.mjs makes dist/page/manual/: the guides in both languages and the search. The reference, which
// typedoc writes into its folder api/, must be there before: its entries are found too.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { guideOf } from "./manual/guide.mjs";
import { checkLinks } from "./manual/links.mjs";
import { documentOf, languages } from "./manual/shell.mjs";

const SOURCES = "src/page/manual";
const OUT = "dist/page/manual";

/** The guides in the order in which they are read. The first one is the manual's first page. */
const ORDER = [
  "first-norm",
  "training",
  "from-pytorch",
  "from-keras",
  "files",
  "in-a-page",
  "edge",
  "threads",
  "kernels",
  "numbers",
];

const fileOf = (name) => (name === ORDER[0] ? "index.html" : `${name}.html`);

/** The exports that the reference has pages of, for the search. */
async function referenceEntries() {
  const entries = [];
  for (const kind of ["functions", "classes", "interfaces", "types", "variables"])
    for (const file of await readdir(join(OUT, "api", kind))) {
      const name = file.replace(/^\w+\.|\.html$/g, "");
      entries.push({ title: name, page: "API", text: "", href: `api/${kind}/${file}` });
    }
  return entries;
}

const reference = await referenceEntries();
for (const [language, { folder }] of Object.entries(languages)) {
  const guides = [];
  for (const name of ORDER) {
    const markdown = await readFile(join(SOURCES, language, `${name}.md`), "utf8");
    guides.push({ file: fileOf(name), ...guideOf(markdown, fileOf) });
  }
  await mkdir(join(OUT, folder), { recursive: true });
  for (const guide of guides)
    await writeFile(join(OUT, folder, guide.file), documentOf({ language, guides, guide }));
  const sections = guides.flatMap(({ file, title: page, sections }) =>
    sections.map(({ title, id, text }) => ({ title, page, text, href: `${folder}${file}#${id}` })),
  );
  const entries = JSON.stringify([...sections, ...reference]);
  await writeFile(join(OUT, `entries-${language}.js`), `const manualEntries = ${entries};\n`);
}

await build({
  entryPoints: { search: join(SOURCES, "search.ts"), manual: join(SOURCES, "manual.css") },
  outdir: OUT,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
});
const checked = await checkLinks(OUT);
console.log(`the manual: ${ORDER.length} guides, ${reference.length} exports, ${checked} links`);
