// node .build/types.mjs deletes declarations in dist/ that nobody gets by importing an entry of the package.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const entries = Object.values(exports).flatMap(({ types }) => types ?? []);

/** The declarations that a file imports, by `from "…"` or `import("…")`. */
function importsOf(file) {
  const text = readFileSync(file, "utf8");
  const specifiers = [...text.matchAll(/(?:from |import\()"(\.[^"]+)"/g)].map((match) => match[1]);
  const files = specifiers.map((s) => join(dirname(file), s.replace(/\.js$/, ".d.ts")));
  const missing = files.find((each) => !existsSync(each));
  if (missing) throw new Error(`${file} imports ${missing}, which is not there`);
  return files;
}

const reached = new Set(entries.map((entry) => join(entry)));
for (const file of reached) for (const each of importsOf(file)) reached.add(each);
for (const name of readdirSync("dist", { recursive: true })) {
  const file = join("dist", name);
  if (file.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
}
