import { readFile } from "node:fs/promises";
import { defineConfig } from "vitest/config";
import { buildBinaries } from "../.build/wasm.mjs";

await buildBinaries(); // an edited kernel is compiled before its test

const node = Number(process.versions.node.split(".")[0]);

export default defineConfig({
  plugins: [
    {
      // What esbuild's base64 loader does in the build.
      name: "wasm-base64",
      enforce: "pre",
      async load(id) {
        if (!/\.(wasm|patch)$/.test(id)) return null;
        const text = (await readFile(id)).toString("base64");
        return `export default "${text}";`;
      },
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    // Node 20 has relaxed SIMD behind a flag; later ones have it as it is.
    execArgv: node < 22 ? ["--experimental-wasm-relaxed-simd", "--expose-gc"] : ["--expose-gc"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
