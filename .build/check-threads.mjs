// npm run check:threads checks that the binaries for shared memory, made by changing one byte, are those that asc
// builds.
import { mkdirSync, readFileSync } from "node:fs";
import { buildBinaries, compile } from "./wasm.mjs";

await buildBinaries();
mkdirSync("build/check", { recursive: true });
const check = async (name) => {
  const file = `build/check/${name}.wasm`;
  await compile(name, file);
  if (!readFileSync(file).equals(readFileSync(`build/${name}.wasm`)))
    throw new Error(`${name}.wasm differs from what asc builds for shared memory`);
};
await Promise.all(["simd-threads", "relaxed-threads"].map(check));
