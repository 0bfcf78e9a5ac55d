// How the page's programs are bundled.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

export const OUT = "dist/page";

/**
 * The page computes with the simd build alone: its bits are the same on every machine. Each byte is a character, which
 * packs better than hexadecimal by 3 KB. The characters begin at 32, for a control character would be written as four.
 * That of byte 0 is the fourth after it: so more of the frequent bytes have a character of one byte, which saves 0.5
 * KB.
 */
const simdAlone = {
  name: "simd-alone",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, async ({ path }) => {
      const text = Array.from(await readFile(path), (byte) =>
        String.fromCharCode(32 + ((byte + 4) & 255)),
      );
      return { contents: `export default ${JSON.stringify(text.join(""))};` };
    });
    onLoad({ filter: /\.patch$/ }, () => ({ contents: 'export default "";' }));
    onLoad({ filter: /[\\/]runtime[\\/]hex\.ts$/ }, () => ({
      contents:
        "export function decodeHex(text) { const bytes = new Uint8Array(text.length); " +
        "for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i) - 36; return bytes; }",
    }));
  },
};

/** A plugin that puts the place of modules their exports as data. */
const asData = (name, modules) => ({
  name,
  setup({ onLoad }) {
    for (const [filter, exports] of modules) {
      const lines = Object.entries(exports).map(
        ([key, value]) => `export const ${key} = ${JSON.stringify(value)};`,
      );
      onLoad({ filter }, () => ({ contents: lines.join("\n") }));
    }
  },
});

/**
 * The table of methods as data: without formulas, which stand in the document, and with its English texts in the
 * English page alone. A visitor loads 4 KB less.
 */
const tableAsData = (families) => {
  const rows = families.flatMap(({ methods }) => methods);
  const table = families.map((family) => ({
    ...family,
    methods: family.methods.map(({ name, title, sets, batch, paper, api }) => {
      return { name, title, sets, batch, paper, api };
    }),
  }));
  const texts = rows.map(({ name, title, statistics, learned, defaults }) => [
    name,
    { title, statistics, learned, defaults },
  ]);
  return asData("table-as-data", [
    [/[\\/]methods[\\/]descriptions\.ts$/, { methodDescriptions: table }],
    [
      /[\\/]text[\\/]en[\\/]methods\.ts$/,
      {
        methods: Object.fromEntries(texts),
        families: Object.fromEntries(families.map(({ name, title }) => [name, title])),
      },
    ],
  ]);
};

/** The table of methods as the engine needs it: what it says in words stands in the page. A visitor loads 6 KB less. */
const tableOfSets = (families) => {
  const table = families.map(({ name, methods }) => ({
    name,
    methods: methods.map(({ name, sets, batch }) => ({ name, sets, batch })),
  }));
  return asData("table-of-sets", [
    [/[\\/]methods[\\/]descriptions\.ts$/, { methodDescriptions: table }],
  ]);
};

const TREE_TEXTS = new Set(["ask", "label", "why", "norm", "reason", "caveat"]);

/**
 * The decision tree as data, with its English texts in the English page alone. A visitor of another loads 2 KB less.
 */
const treeAsData = (tree, texts) =>
  asData("tree-as-data", [
    [
      /[\\/]experiments[\\/]choose-tree\.ts$/,
      { tree: JSON.parse(JSON.stringify(tree, (k, v) => (TREE_TEXTS.has(k) ? undefined : v))) },
    ],
    [/[\\/]text[\\/]en[\\/]tree\.ts$/, texts],
  ]);

/**
 * The corrections that the laboratory shows. Their texts stand in its documents, so that only the single file, which
 * changes its language, has them in its program: `texts` are by language, or null.
 */
const correctionsAsData = (corrections, all) => {
  const texts = (language) =>
    Object.fromEntries(all ? corrections.map(({ id }) => [id, { ...all[language][id] }]) : []);
  return asData("corrections-as-data", [
    [
      /[\\/]experiments[\\/]corrections\.ts$/,
      { corrections: corrections.map(({ id, shownBy }) => ({ id, shownBy })) },
    ],
    [/[\\/]text[\\/]en[\\/]corrections\.ts$/, { corrections: texts("en") }],
    [/[\\/]text[\\/]zh[\\/]corrections\.ts$/, { corrections: texts("zh") }],
  ]);
};

const TARGET = "es2022";

const common = {
  bundle: true,
  charset: "utf8", // Chinese is smaller so
  target: TARGET,
  minify: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
  legalComments: "none",
  metafile: true,
  plugins: [simdAlone],
};

/**
 * `known` are the table of methods, the tree and the corrections, for programs that get them as data; `data` is what
 * was computed for the documents. `isWhole` says that the program is that of the single file.
 */
export const pagePlugins = (known, data, isWhole = false) => [
  asData("built", [
    [/[\\/]built[\\/]main\.ts$/, { data: data.main }],
    [/[\\/]built[\\/]lab\.ts$/, { data: data.lab }],
    [/[\\/]built[\\/]tools\.ts$/, { data: data.tools }],
  ]),
  tableAsData(known.families),
  treeAsData(known.tree, known.treeTexts),
  correctionsAsData(known.corrections, isWhole ? known.correctionTexts : null),
];
/** The page never measures an article's block in full size. */
const noFullSize = asData("no-full-size", [[/[\\/]article-block\.ts$/, { timeBlock: null }]]);

/** Each of the page's workers has a runtime of one thread, which has no pool. A visitor loads 1 KB less. */
const oneThread = asData("one-thread", [[/[\\/]runtime[\\/]pool\.ts$/, { Pool: null }]]);

export const enginePlugins = (known) => [tableOfSets(known.families), noFullSize, oneThread];

/**
 * What esbuild made small, smaller: this minifier gives the same short names to the variables of all functions, so that
 * gzip finds more that repeats. A visitor loads 9 KB less.
 */
async function smaller(path, text, module) {
  const { code } = await minify({ [path]: text }, { module, ecma: 2022 });
  return code;
}

/** The program that renders the page, run here. */
export async function prerenderer() {
  const outfile = "build/page-prerender.mjs";
  const entryPoints = ["src/page/prerender.ts"];
  await build({ ...common, entryPoints, outfile, format: "esm", platform: "node" });
  return import(`${pathToFileURL(outfile)}?${Date.now()}`);
}

const nameIn = (path) => path.slice(OUT.length + 1);

/** An output and the chunks that are loaded with it, whatever is imported later on demand. */
function withImports(outputs, path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: next, kind } of outputs[path].imports)
    if (kind === "import-statement") withImports(outputs, next, found);
  return found;
}

/** What is loaded later, on demand, or on demand of that: the files of each such part beside those known. */
function laterParts(outputs, known, found = new Map()) {
  const imports = known.flatMap((path) => outputs[path].imports);
  for (const { path, kind } of imports) {
    if (kind !== "dynamic-import" || found.has(path)) continue;
    const part = [...withImports(outputs, path)].filter((each) => !known.includes(each));
    found.set(path, part);
    laterParts(outputs, [...known, ...part], found);
  }
  return [...found.values()];
}

/**
 * Bundles modules that share chunks into dist/page. Returns, by the names of the entries, their file, `all`, which is
 * this file and the chunks that it imports at once, and `parts`, the files of what it imports later. `inputs` are the
 * files of the sources.
 */
export async function modules(entryPoints, { define = {}, plugins = [] } = {}) {
  const { metafile, outputFiles } = await build({
    ...common,
    plugins: [...common.plugins, ...plugins],
    ...{ entryPoints, define, outdir: OUT, format: "esm", splitting: true, write: false },
    ...{ entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]" },
  });
  for (const { path, text } of outputFiles) await writeFile(path, await smaller(path, text, true));
  const { outputs, inputs } = metafile;
  const made = Object.entries(entryPoints).map(([name, entry]) => {
    const path = Object.keys(outputs).find((each) => outputs[each].entryPoint === entry);
    const all = [...withImports(outputs, path)];
    const parts = laterParts(outputs, all).map((part) => part.map(nameIn));
    return [name, { file: nameIn(path), all: all.map(nameIn), parts }];
  });
  return { ...Object.fromEntries(made), inputs: Object.keys(inputs) };
}

/** One bundle as text, without files beside it. */
export async function inOne(entry, own) {
  const plugins = [...common.plugins, ...own];
  const options = { ...common, plugins, entryPoints: [entry], format: "iife", write: false };
  const { outputFiles } = await build(options);
  return smaller(entry, outputFiles[0].text, false);
}

/** A style as text, and a name for its file that changes with it. */
export async function style(name) {
  const entryPoints = [`src/page/${name}.css`];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, write: false });
  const { text } = outputFiles[0];
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return { text, name: `${name}-${hash}.css` };
}
