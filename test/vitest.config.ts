import { defineConfig } from "vitest/config";
import { hexModule } from "../.build/binaries.mjs";
import { buildBinaries } from "../.build/wasm.mjs";

// Edited kernels are compiled before their tests; `npm run dev` compiles them without the optimiser.
await buildBinaries(undefined, { quick: Boolean(process.env.EVENKEEL_QUICK_KERNELS) });

const node = Number(process.versions.node.split(".")[0]);

export default defineConfig({
  plugins: [
    {
      // The kernels are inlined as in the build.
      name: "binaries-inlined",
      enforce: "pre",
      load: (id) => (/\.(wasm|patch)$/.test(id) ? hexModule(id) : null),
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    // Node 20 has relaxed SIMD behind a flag; later versions always have it.
    execArgv: node < 22 ? ["--experimental-wasm-relaxed-simd", "--expose-gc"] : ["--expose-gc"],
    env: { LC_ALL: "C" }, // the command speaks the language of the locale
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
