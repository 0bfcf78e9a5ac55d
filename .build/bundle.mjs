// node .build/bundle.mjs [command] bundles src/ into dist/. The default build contains the kernels, and dist/edge/ is
// for hosts that import them as modules. With `command`, only what the command needs is made.
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { build } from "esbuild";
import { inlined } from "./binaries.mjs";

const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  minifySyntax: true,
  lineLimit: 160,
};

const within = (file, folder) => file.startsWith(resolve(folder) + sep);
const entries = ["models", "data", "files", "experiments", "distributed"];
/** Several processes are no matter of edge hosts, nor are large files. */
const edgeEntries = entries.filter((name) => !["distributed", "files"].includes(name));
/** Folders that the main entry exports as an object each. */
const spaces = ["nn", "optim"];
/** These files are small and have no state: each entry that needs them has a copy. */
const copied = [
  "src/shape.js",
  "src/portable-math.js",
  "src/numbers.js",
  "src/options.js",
  "src/dtype.js",
  "src/io/node.js",
  "src/io/check-bytes.js",
  "src/io/elements.js",
  "src/io/half.js",
  "src/io/safetensors-header.js",
  "src/io/safetensors-index.js",
  "src/io/select.js",
  "src/data/rng.js",
  "src/data/gather.js",
].map((file) => resolve(file));

/** The exports of a file of src. */
async function exportsOf(entry) {
  const loader = { ".wasm": "empty", ".patch": "empty" };
  const options = { ...common, entryPoints: [entry], loader, metafile: true, outdir: "dist" };
  const { metafile } = await build({ ...options, write: false });
  return Object.values(metafile.outputs)[0].exports;
}

const namesOf = Object.fromEntries(
  await Promise.all(
    spaces.map(async (space) => [space, (await exportsOf(`src/${space}/index.ts`)).join(", ")]),
  ),
);

/**
 * `export * as nn` would become a call that fills an object with getters. No bundler dares to drop such a statement, so
 * all layers would stay: 10 KB gzip for a program that imports only `layerNorm`. A plain object is dropped if unused.
 */
const plainNamespaces = {
  name: "plain-namespaces",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]namespaces\.ts$/ }, ({ path }) => ({
      contents: spaces
        .map(
          (space) =>
            `import { ${namesOf[space]} } from "./${space}/index.js"; export const ${space} = { ${namesOf[space]} };`,
        )
        .join("\n"),
      resolveDir: resolve(path, ".."),
    }));
  },
};

/**
 * The smaller entries import everything outside their folder as a user would: from the main entry, or from each other.
 * So state is in one module, and a program with only the main entry loads one file. On Node 20 this is 1.3 ms faster
 * than an entry with two chunks.
 */
const fromEntries = (...own) => ({
  name: "from-entries",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, namespace }) => {
      if (namespace === "from-index") return { path, external: true };
      const file = resolve(resolveDir, path);
      if (!within(file, "src") || copied.includes(file)) return null;
      if (own.some((folder) => within(file, `src/${folder}`))) return null;
      const space = spaces.find((name) => within(file, `src/${name}`));
      if (space) return { path: space, namespace: "from-index" };
      const entry = entries.find((name) => within(file, `src/${name}`)) ?? "index";
      return { path: `./${entry}.js`, external: true };
    });
    onLoad({ filter: /./, namespace: "from-index" }, ({ path: space }) => ({
      contents: `import { ${space} } from "./index.js"; export const { ${namesOf[space]} } = ${space};`,
    }));
  },
});

/**
 * For the edge builds: the host's condition chooses the package's own "#kernels". A patch works on bytes, so an import
 * of a patch gets the whole binary.
 */
const fromKernels = {
  name: "from-kernels",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.(wasm|patch)$/ }, ({ path }) => ({
      path: /(\w+)\.\w+$/.exec(path)[1],
      namespace: "kernels",
    }));
    onResolve({ filter: /^#kernels$/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: "kernels" }, ({ path: name }) => ({
      contents: `export { ${name} as default } from "#kernels";`,
    }));
  },
};

async function bundleIndex(outdir, binaries, sourcemap) {
  const plugins = [binaries, plainNamespaces];
  await build({ ...common, entryPoints: { index: "src/index.ts" }, outdir, sourcemap, plugins });
}

/** The experiments have no source map: it would be 87 KB of the package, of programs that nobody steps through. */
async function bundleEntries(names, outdir, maps) {
  for (const name of names) {
    const entryPoints = { [name]: `src/${name}/index.ts` };
    const sourcemap = name === "experiments" ? undefined : maps;
    const options = { ...common, entryPoints, outdir, sourcemap, metafile: true };
    const { metafile } = await build({ ...options, plugins: [fromEntries(name)] });
    await writeFile(`build/${name}.json`, JSON.stringify(metafile));
  }
}

/** The command takes the library from dist/index.js, and holds everything else. */
async function bundleCommand() {
  const { metafile } = await build({
    ...common,
    entryPoints: { cli: "src/cli/index.ts" },
    outdir: "dist",
    platform: "node",
    minify: true,
    charset: "utf8", // Chinese is smaller so
    metafile: true,
    plugins: [fromEntries("cli", "show", "text", ...entries)],
    // The bundled packages still call require.
    banner: {
      js: `import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`,
    },
  });
  await writeFile("build/cli.json", JSON.stringify(metafile));
}

/** A source without its docstrings, which the declarations have, and other comments. The lines stay where they are. */
const withoutComments = (text) =>
  text.replace(/^ *(\/\*\*[\s\S]*?\*\/|\/\/.*)$/gm, (comment) => comment.replace(/.+/g, ""));

/**
 * A source map with the code of the sources, but without the bytes of the kernels, and with the lines of each line
 * alone: columns, which nobody steps through in code that is not minified, would be three quarters of it.
 */
async function lightMap(path) {
  const map = JSON.parse(await readFile(path, "utf8"));
  map.sourcesContent = map.sourcesContent.map((text, i) =>
    /\.(wasm|patch)$/.test(map.sources[i]) ? "" : withoutComments(text),
  );
  const sameLine = (a, b) => a[1] === b?.[1] && a[2] === b?.[2];
  const lines = decode(map.mappings).map((line) =>
    line
      .filter((segment, i) => !sameLine(segment, line[i - 1]))
      .map((segment) => segment.slice(0, 4)),
  );
  await writeFile(path, JSON.stringify({ ...map, names: [], mappings: encode(lines) }));
}

/** Where "#kernels" of package.json leads on each edge host. */
const kernels = {
  workerd: `export { default as relaxed } from "../relaxed.wasm";
export { default as simd } from "../simd.wasm";
`,
  // This is Vercel's way to ask for a compiled module. It asks only for the one that its builds on Node 20 can compile.
  "edge-light": `export const relaxed = "";
export { default as simd } from "../simd.wasm?module";
`,
};

await bundleIndex("dist", inlined, "linked");
await bundleCommand();
if (process.argv[2] !== "command") {
  await bundleEntries(edgeEntries, "dist", "linked");
  await bundleEntries(["files", "distributed"], "dist");
  const entryPoints = { worker: "src/runtime/worker-entry.ts" };
  await build({ ...common, entryPoints, outdir: "dist", sourcemap: "linked" });
  await bundleIndex("dist/edge", fromKernels);
  await bundleEntries(edgeEntries, "dist/edge");
  for (const [host, text] of Object.entries(kernels)) await writeFile(`dist/edge/${host}.js`, text);
  for (const name of ["simd", "relaxed", "simd-threads", "relaxed-threads"])
    await copyFile(`build/${name}.wasm`, `dist/${name}.wasm`);
}
for (const name of await readdir("dist"))
  if (name.endsWith(".js.map")) await lightMap(`dist/${name}`);
