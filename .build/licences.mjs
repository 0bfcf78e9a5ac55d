// The licences and notices of the packages inside a bundle, from esbuild's list of what it bundled.
// node .build/licences.mjs writes those of dist/cli.js and dist/files.js to dist/LICENSES.txt; dist/page has its own
// from page.mjs.
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folderOf = (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
const rule = `\n\n${"-".repeat(80)}\n\n`;

/** The name and the licence texts of the package in a folder. */
async function notice(folder) {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  );
  const texts = [];
  for (const file of (await readdir(folder, { recursive: true })).sort())
    if (/^(licen[cs]es?\b|notice)/i.test(file) && (await stat(join(folder, file))).isFile())
      texts.push((await readFile(join(folder, file), "utf8")).trim());
  return [`${name} ${version} (${license})`, ...texts].join("\n\n");
}

/** A text that begins with `head`, and then has the notices of all packages that the bundled files are of. */
export async function notices(head, files) {
  const folders = [...new Set(files.map(folderOf).filter(Boolean))].sort();
  return `${[head, ...(await Promise.all(folders.map(notice)))].join(rule)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const inputsOf = async (name) =>
    Object.keys(JSON.parse(await readFile(`build/${name}.json`, "utf8")).inputs);
  const head =
    "The command line of evenkeel, dist/cli.js, holds these packages; of the library, dist/files.js holds fflate,\n" +
    "and nothing else holds any. What the page holds is in page/LICENSES.txt.";
  const inputs = [...(await inputsOf("cli")), ...(await inputsOf("files"))];
  await writeFile("dist/LICENSES.txt", await notices(head, inputs));
}
