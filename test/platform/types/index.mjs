// The published types in the TypeScripts, ways of resolution and libraries that users have, without skipLibCheck.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../runtimes/start.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
/** TypeScript 5.9 is this folder's, 7 the library's own. */
const compilers = ["../node_modules/typescript59", "../../../node_modules/typescript"];

const all = ["main.ts", "entries.ts"];
const ways = [
  { moduleResolution: "node16", module: "node16", files: [...all, "dynamic.cts"] },
  {
    moduleResolution: "nodenext",
    module: "nodenext",
    files: [...all, "dynamic.cts", "common.cts"],
  },
  { moduleResolution: "bundler", module: "esnext", files: all },
  // before `exports`: the main entry alone, by `types`; TypeScript 7 has no more of it
  { moduleResolution: "node10", module: "esnext", files: ["main.ts"], only: "5" },
];

/** What stands beside ES2022: a page, nothing, a worker, and the newest, which has its own `Disposable`. */
const libraries = [["dom"], [], ["webworker"], ["esnext", "dom"]];

async function check(compiler, way, libs, folder) {
  const { moduleResolution, module, files } = way;
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    skipDefaultLibCheck: true, // those of TypeScript itself, half of the time
    noEmit: true,
    target: "es2022",
    lib: ["es2022", ...libs],
    types: [],
    module,
    moduleResolution,
  };
  const config = { compilerOptions, files: libs[0] === "dom" ? [...files, "dom.ts"] : files };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { code, stdout, stderr } = await run(process.execPath, [
    join(compiler, "bin/tsc"),
    "-p",
    folder,
  ]);
  return code === 0 ? "ok" : stdout + stderr;
}

/** Rows, one for each compiler and way of resolution. `folder`: where the packed package is installed. */
export async function typeRows({ folder, onRow = () => {} }) {
  const own = join(folder, "types");
  await mkdir(own);
  for (const file of new Set([...ways.flatMap(({ files }) => files), "dom.ts"]))
    await cp(join(here, file), join(own, file));
  const rows = [];
  for (const path of compilers) {
    const compiler = join(here, path);
    const { version } = JSON.parse(await readFile(join(compiler, "package.json"), "utf8"));
    for (const way of ways.filter(({ only = "" }) => version.startsWith(only))) {
      const found = [];
      for (const libs of libraries) found.push(await check(compiler, way, libs, own));
      const row = {
        runtime: "TypeScript",
        version,
        place: `${way.moduleResolution}, with DOM, without, in workers`,
        result: found.filter((result) => result !== "ok").join("; ") || "ok",
      };
      onRow(row);
      rows.push(row);
    }
  }
  return rows;
}
