// Bundles src/ into dist/: the default build with the binaries inlined, and one for each edge host, which import them as modules.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { build } from "esbuild";

const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  minifySyntax: true,
  lineLimit: 160,
  write: false,
};

/**
 * `export * as nn` becomes a call that fills an object with getters: a statement that no bundler dares to drop, and with it all
 * layers, 10 KB gzip for who imports `layerNorm` alone. An object at the end, where everything is there to be put into it, goes when
 * unused, and 200 getters need not be parsed and made.
 */
function plainNamespaces(text) {
  const objects = [];
  const rest = text.replace(
    /^var (\w+) = \{\};\n__export\(\1, \{\n([^}]*)\}\);\n/gm,
    (_, name, members) => {
      objects.push(`var ${name} = {${members.replaceAll("() =>", "")}};\n`);
      return "";
    },
  );
  return rest.replace(/^export \{/m, `${objects.join("")}export {`);
}

/**
 * What esbuild makes of `using` collects the errors of disposals and awaits asynchronous ones. Ours throw nothing and are done at
 * once: 3 of 187 KB of JavaScript less to parse.
 */
function plainUsing(text) {
  const helpers = /^var __using = [\s\S]*?\n {2}return next\(\);\n\};\n/m;
  const handlers =
    /catch \((\w+)\) \{\s*var (\w+) = \1, (\w+) = (?:true|!0);\s*\} (finally \{\s*__callDispose\(\w+), \2, \3\)/g;
  return text
    .replace(
      helpers,
      `var __using = (stack, value) => (value != null && stack.push(value), value);
var __callDispose = (stack) => { while (stack.length > 0) stack.pop()[__knownSymbol("dispose")](); };
`,
    )
    .replaceAll(handlers, "$4)");
}

/** A module cannot be patched: edge builds import relaxed.wasm. */
const wholeBinaries = {
  name: "whole-binaries",
  setup({ onResolve }) {
    onResolve({ filter: /\.patch$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace(/patch$/, "wasm")),
    }));
  },
};

/** What a file of src exports. */
async function exportsOf(entry) {
  const loader = { ".wasm": "empty", ".patch": "empty" };
  const options = { ...common, entryPoints: [entry], loader, metafile: true, outdir: "dist" };
  const { metafile } = await build(options);
  return Object.values(metafile.outputs)[0].exports;
}

const within = (file, folder) => file.startsWith(resolve(folder) + sep);
const entries = ["models", "data", "experiments"];
/** Folders that the main entry exports as an object each, and their names. */
const namespaces = {
  nn: await exportsOf("src/nn/index.ts"),
  optim: await exportsOf("src/optim/index.ts"),
};
/** Small, and without state. */
const copied = [
  "src/shape.js",
  "src/portable-math.js",
  "src/options.js",
  "src/dtype.js",
  "src/io/node.js",
  "src/data/rng.js",
].map((file) => resolve(file));

/**
 * The smaller entries take what is outside their folder as a user would, from the main one or from each other: state is in one
 * module, and whoever imports only the main one loads one file, which on Node 20 is 1.3 ms faster than an entry with two chunks.
 */
const fromEntries = (own) => ({
  name: "from-entries",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path);
      if (within(file, `src/${own}`) || copied.includes(file)) return null;
      const space = Object.keys(namespaces).find((name) => within(file, `src/${name}`));
      if (space) return { path: space, namespace: "from-index" };
      const entry = entries.find((name) => within(file, `src/${name}`)) ?? "index";
      return { path: `./${entry}.js`, external: true };
    });
    onLoad({ filter: /./, namespace: "from-index" }, ({ path: space }) => ({
      contents: `import { ${space} } from "./index.js"; export const { ${namespaces[space].join(", ")} } = ${space};`,
    }));
  },
});

const files = new Map();
async function bundle(name, entry, options) {
  const { outputFiles } = await build({
    ...common,
    entryPoints: { [name]: entry },
    outdir: "dist",
    ...options,
  });
  for (const { path, text } of outputFiles)
    if (path.endsWith(".js")) files.set(path, plainUsing(plainNamespaces(text)));
}

/** In lines, for Node prints the line that threw in front of a message, and to look at it is no pleasure if it has 47 KB. */
const inlineBinaries = {
  name: "inline-binaries",
  setup({ onLoad }) {
    onLoad({ filter: /\.(wasm|patch)$/ }, async ({ path }) => {
      const lines = (await readFile(path, "base64")).replaceAll(/.{198}/g, "$&\n");
      return { contents: `export default \`${lines}\`;` };
    });
  },
};

const hosts = {
  "": { plugins: [inlineBinaries] },
  "workerd/": { loader: { ".wasm": "copy" }, assetNames: "[name]", plugins: [wholeBinaries] },
};
for (const [folder, options] of Object.entries(hosts)) {
  await bundle(`${folder}index`, "src/index.ts", options);
  for (const name of entries)
    await bundle(`${folder}${name}`, `src/${name}/index.ts`, { plugins: [fromEntries(name)] });
}
await bundle("worker", "src/runtime/worker-entry.ts");

for (const [path, text] of [...files]) {
  if (!path.includes(`${sep}workerd${sep}`)) continue;
  // Vercel's way of asking for a compiled module, of the one that its builds on Node 20 can compile
  const edgeLight = text
    .replace(/^import (\w+) from "[^"]+relaxed\.wasm";$/m, 'const $1 = "";')
    .replaceAll(/(from\s?"[^"]+\.wasm)"/g, '$1?module"');
  files.set(path.replace("workerd", "edge-light"), edgeLight);
}
for (const [path, text] of files) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
for (const name of ["simd", "relaxed", "simd-threads", "relaxed-threads"])
  await copyFile(`build/${name}.wasm`, `dist/${name}.wasm`);
