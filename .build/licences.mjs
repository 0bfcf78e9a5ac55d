// Collects the licences and notices of the packages inside dist/cli.js, from esbuild's list of what it bundled.
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const { inputs } = JSON.parse(await readFile("build/cli.json", "utf8"));
const folders = Object.keys(inputs).map(
  (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0],
);

const parts = [];
for (const folder of [...new Set(folders.filter(Boolean))].sort()) {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  );
  const texts = [];
  for (const file of (await readdir(folder, { recursive: true })).sort())
    if (/^(licen[cs]es?\b|notice)/i.test(file) && (await stat(join(folder, file))).isFile())
      texts.push((await readFile(join(folder, file), "utf8")).trim());
  parts.push([`${name} ${version} (${license})`, ...texts].join("\n\n"));
}
const head =
  "The command line of evenkeel, dist/cli.js, holds these packages; the library holds none.";
await writeFile("dist/LICENSES.txt", `${[head, ...parts].join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
