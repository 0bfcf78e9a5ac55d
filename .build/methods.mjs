// npm run build:methods writes the table of all methods (src/experiments/methods) between its marks in README.md there.

import { build } from "esbuild";
import { writeBetween } from "../test/platform/matrix.mjs";
import { methodTable } from "./method-table.mjs";

const { outputFiles } = await build({
  entryPoints: ["src/experiments/methods/index.ts"],
  bundle: true,
  format: "esm",
  target: "es2022",
  loader: { ".wasm": "empty", ".patch": "empty" },
  write: false,
});
const { methodFamilies } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
);
await writeBetween("src/experiments/methods/README.md", "methods", methodTable(methodFamilies()));
