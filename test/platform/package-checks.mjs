// publint and are-the-types-wrong on the tarball.
import { fileURLToPath } from "node:url";
import { run } from "./runtimes/start.mjs";

const bin = (path) => fileURLToPath(new URL(`./node_modules/${path}`, import.meta.url));

const checks = [
  { runtime: "publint", args: (tarball) => [bin("publint/src/cli.js"), tarball, "--strict"] },
  {
    runtime: "are-the-types-wrong",
    // there is no CommonJS build, and a .wasm or worker file has no types
    args: (tarball) => [
      bin("@arethetypeswrong/cli/dist/index.js"),
      tarball,
      "--profile",
      "esm-only",
      "--no-color",
      "--exclude-entrypoints",
      ...["simd", "relaxed", "simd-threads", "relaxed-threads"].map((name) => `./${name}.wasm`),
      "./worker.js",
    ],
  },
];

export async function packageRows({ tarball, onRow = () => {} }) {
  const rows = [];
  for (const { runtime, args } of checks) {
    const { code, stdout, stderr } = await run(process.execPath, args(tarball));
    const row = { runtime, place: "package", result: code === 0 ? "ok" : stdout + stderr };
    onRow(row);
    rows.push(row);
  }
  return rows;
}
