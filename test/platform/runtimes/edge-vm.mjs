// The program under the edge-light condition in @edge-runtime/vm, with making code from strings and from bytes both
// forbidden. edge-vm.mjs <folder where the package is installed>; prints the report.
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { EdgeVM } from "@edge-runtime/vm";
import { build } from "esbuild";

const folder = process.argv[2];
const modules = {};

/** What Vercel does with `import module from "./x.wasm?module"`: compiled beforehand, handed in. */
const wasmModules = {
  name: "wasm-modules",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace("?module", "")),
      namespace: "wasm",
    }));
    onLoad({ filter: /./, namespace: "wasm" }, async ({ path }) => {
      modules[basename(path)] = await WebAssembly.compile(await readFile(path));
      return { contents: `export default wasmModules["${basename(path)}"]` };
    });
  },
};

const { outputFiles } = await build({
  entryPoints: [join(folder, "program.js")],
  bundle: true,
  write: false,
  format: "iife",
  globalName: "program",
  conditions: ["edge-light"],
  plugins: [wasmModules],
  logLevel: "error",
});
const vm = new EdgeVM({ codeGeneration: { strings: false, wasm: false } });
vm.context.wasmModules = modules;
const since = performance.now();
vm.evaluate(outputFiles[0].text);
vm.context.options = { threads: 2 };
const refused = vm.evaluate(
  "try { new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])); false } catch { true }",
);
if (!refused) throw new Error("this vm compiles bytes: it proves nothing");
const report = await vm.evaluate("program.check(options)");
console.log(JSON.stringify({ ...report, total: performance.now() - since }));
