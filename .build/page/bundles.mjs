// How the page's programs are bundled.
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { hexModule } from "../binaries.mjs";

export const OUT = "dist/page";

/** The page computes with the simd build alone: its bits are the same on every machine. */
const simdAlone = {
  name: "simd-alone",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({ contents: await hexModule(path) }));
    onLoad({ filter: /\.patch$/ }, () => ({ contents: 'export default "";' }));
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

const common = {
  bundle: true,
  charset: "utf8", // Chinese is smaller so
  target: "es2022",
  minify: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
  legalComments: "none",
  metafile: true,
  plugins: [simdAlone],
};

/** `known` are the table of methods, the tree and its English texts, for programs that get them as data. */
const pluginsFor = (known) =>
  known
    ? [...common.plugins, tableAsData(known.families), treeAsData(known.tree, known.treeTexts)]
    : common.plugins;

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

/**
 * Bundles modules that share chunks into dist/page. Returns, by the names of the entries, their file and `all`, which
 * is this file and the chunks that it imports at once. `inputs` are the files of the sources.
 */
export async function modules(entryPoints, { define = {}, known } = {}) {
  const { metafile } = await build({
    ...common,
    plugins: pluginsFor(known),
    ...{ entryPoints, define, outdir: OUT, format: "esm", splitting: true },
    ...{ entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]" },
  });
  const { outputs, inputs } = metafile;
  const made = Object.entries(entryPoints).map(([name, entry]) => {
    const path = Object.keys(outputs).find((each) => outputs[each].entryPoint === entry);
    return [name, { file: nameIn(path), all: [...withImports(outputs, path)].map(nameIn) }];
  });
  return { ...Object.fromEntries(made), inputs: Object.keys(inputs) };
}

/** One bundle as text, without files beside it. */
export async function inOne(entry, known) {
  const plugins = pluginsFor(known);
  const options = { ...common, plugins, entryPoints: [entry], format: "iife", write: false };
  return (await build(options)).outputFiles[0].text;
}

/** The style as text, and a name for its file that changes with it. */
export async function style() {
  const entryPoints = ["src/page/style.css"];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, write: false });
  const { text } = outputFiles[0];
  const name = `style-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.css`;
  return { text, name };
}
