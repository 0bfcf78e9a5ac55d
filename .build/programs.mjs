// node .build/programs.mjs NAME=ENTRY… writes build/NAME.js: a program for Node in one file, with the kernels.
import { build } from "esbuild";
import { inlined } from "./binaries.mjs";

await build({
  entryPoints: Object.fromEntries(process.argv.slice(2).map((entry) => entry.split("="))),
  outdir: "build",
  bundle: true,
  format: "esm",
  target: "node20",
  platform: "node",
  lineLimit: 160,
  plugins: [inlined],
});
