// node .build/page.mjs makes dist/page/: the page in two languages, its engine, and the same in one file.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import temml from "temml";
import { hexModule } from "./binaries.mjs";

const OUT = "dist/page";

/** The page computes with the simd build alone: its bits are the same on every machine. */
const simdAlone = {
  name: "simd-alone",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({ contents: await hexModule(path) }));
    onLoad({ filter: /\.patch$/ }, () => ({ contents: 'export default "";' }));
  },
};

const common = {
  bundle: true,
  target: "es2022",
  minify: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
  legalComments: "none",
  plugins: [simdAlone],
};

/** MathML without style attributes, which the page's policy forbids, and without the TeX that it came from. */
const mathmlOf = (tex) =>
  temml.renderToString(tex, { displayMode: true }).replace(/ (style|class)="[^"]*"/g, "");

/** The program that renders the page, run here. */
async function prerenderer() {
  const outfile = "build/page-prerender.mjs";
  const entryPoints = ["src/page/prerender.ts"];
  await build({ ...common, entryPoints, outfile, format: "esm", platform: "node" });
  return import(`${pathToFileURL(outfile)}?${Date.now()}`);
}

/** Bundles modules that share chunks, and returns the names of the entries' files. */
async function modules(entryPoints, define = {}) {
  const { metafile } = await build({
    ...common,
    ...{ entryPoints, define, outdir: OUT, format: "esm", splitting: true, metafile: true },
    ...{ entryNames: "[name]-[hash]", chunkNames: "part-[hash]" },
  });
  const outputs = Object.entries(metafile.outputs);
  return Object.fromEntries(
    Object.entries(entryPoints).map(([name, entry]) => [
      name,
      outputs.find(([, { entryPoint }]) => entryPoint === entry)[0].slice(OUT.length + 1),
    ]),
  );
}

/** One bundle as text, without files beside it. */
async function inOne(entry) {
  const options = { ...common, entryPoints: [entry], format: "iife", write: false };
  return (await build(options)).outputFiles[0].text;
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const policy = ({ script, style, worker }) =>
  `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${script} 'wasm-unsafe-eval'; ` +
  `style-src ${style}; worker-src ${worker}; img-src data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'">`;

await rm(OUT, { recursive: true, force: true });
await mkdir(join(OUT, "zh"), { recursive: true });
const { documentOf, firstData, inScript, languages, methodDescriptions } = await prerenderer();
const formulas = Object.fromEntries(
  methodDescriptions.flatMap(({ methods }) =>
    methods.map(({ name, tex }) => [name, mathmlOf(tex)]),
  ),
);
const data = await firstData(formulas);
const css = (
  await build({ entryPoints: ["src/page/style.css"], bundle: true, minify: true, write: false })
).outputFiles[0].text;

const { worker } = await modules({ worker: "src/page/engine/worker.ts" });
const entries = await modules(
  { en: "src/page/entry-en.tsx", zh: "src/page/entry-zh.tsx" },
  { WORKER: JSON.stringify(`./${worker}`) },
);
const styleName = `style-${createHash("sha256").update(css).digest("hex").slice(0, 8)}.css`;
await writeFile(join(OUT, styleName), css);

const places = {
  en: { folder: "", up: "", other: { href: "zh/", lang: "zh-Hans" } },
  zh: { folder: "zh", up: "../", other: { href: "../", lang: "en" } },
};
for (const [language, { folder, up, other }] of Object.entries(places)) {
  const head = [
    policy({ script: "'self'", style: "'self'", worker: "'self'" }),
    `<link rel="icon" href="data:,">`,
    `<link rel="alternate" hreflang="${other.lang}" href="${other.href}">`,
    `<link rel="stylesheet" href="${up}${styleName}">`,
  ].join("\n");
  const scripts = `<script type="module" src="${up}${entries[language]}"></script>`;
  const html = documentOf({ texts: languages[language], data, other, head, scripts });
  await writeFile(join(OUT, folder, "index.html"), html);
}

const engine = inScript(await inOne("src/page/engine/worker.ts"));
const program = inScript(await inOne("src/page/entry-file.tsx"));
const head = [
  policy({ script: `${hash(program)} blob:`, style: hash(css), worker: "blob:" }),
  `<link rel="icon" href="data:,">`,
  `<style>${css}</style>`,
].join("\n");
const scripts = `<script type="text/plain" id="engine">${engine}</script>\n<script>${program}</script>`;
const other = { href: "#see", lang: "zh-Hans" };
await writeFile(
  join(OUT, "evenkeel.html"),
  documentOf({ texts: languages.en, data, other, head, scripts }),
);

/** Sizes as they are sent, in KB of gzip, and what they may be. */
const gzip = async (names) => {
  let sum = 0;
  for (const name of names) sum += gzipSync(await readFile(join(OUT, name)), { level: 9 }).length;
  return sum / 1000;
};
const files = (await readdir(OUT, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(OUT.length + 1));
console.log(
  files.map((f) => f).join("\n"),
  await gzip(files.filter((f) => f !== "evenkeel.html")),
  await gzip(["evenkeel.html"]),
);
for (const f of files) console.log(f, (await gzip([f])).toFixed(1));
