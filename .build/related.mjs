// Finds the tests that a change of a file needs at once. These are the tests named after the file. If there are none,
// they are the tests that import it, or else the tests of the files that import it. The tests of a kernel are those of
// the files that launch it.
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** path → source, of all TypeScript in a folder. */
const sourcesOf = (folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
    .map((file) => join(folder, file))
    .map((file) => [file, readFileSync(join(root, file), "utf8")]);

const isTest = (file) => file.endsWith(".test.ts");
const stem = (file) => basename(file).replace(/(\.test)?\.ts$/, "");

/** path → the files that import it. */
function importersOf(sources) {
  const importers = new Map(sources.map(([file]) => [file, []]));
  for (const [file, source] of sources)
    for (const [, specifier] of source.matchAll(/\bfrom "(\.[^"]*)"/g)) {
      const target = join(dirname(file), specifier).replace(/(\.js)?$/, ".ts");
      importers.get(target)?.push(file);
    }
  return importers;
}

/** The nearest tests of a file of src or test. */
function nearestTests(file, importers) {
  const seen = new Set([file]);
  for (let level = [file]; level.length > 0; ) {
    const own = level.filter(isTest);
    const named = [...importers.keys()].filter(
      (one) => isTest(one) && level.some((each) => stem(each) === stem(one)),
    );
    const next = level.flatMap((each) => importers.get(each) ?? []);
    const found = [own, named, next.filter(isTest)].find(({ length }) => length > 0);
    if (found) return found;
    level = next.filter((each) => !seen.has(each));
    for (const each of level) seen.add(each);
  }
  return [];
}

/** The files of src that launch a kernel of an AssemblyScript file, or a kernel that the file is a part of. */
function launchersOf(file, sources) {
  const assembly = sourcesOf("assembly");
  const importers = importersOf(assembly);
  const reached = new Set([file]);
  for (const one of reached) for (const importer of importers.get(one) ?? []) reached.add(importer);
  const kernels = assembly
    .filter(([one]) => reached.has(one))
    .flatMap(([, source]) => [...source.matchAll(/^export function (\w+)/gm)])
    .map(([, name]) => `"${name}"`);
  return sources
    .filter(([one]) => !isTest(one) && !one.includes(join("src", "runtime")))
    .filter(([, source]) => kernels.some((name) => source.includes(name)))
    .map(([one]) => one);
}

/** The tests of a changed file, as paths from the root. Empty if nobody imports or launches what is in the file. */
export function testsOf(path) {
  const file = relative(root, resolve(root, path));
  const sources = [...sourcesOf("src"), ...sourcesOf("test")];
  const importers = importersOf(sources);
  const changed = file.split(sep)[0] === "assembly" ? launchersOf(file, sources) : [file];
  return [...new Set(changed.flatMap((one) => nearestTests(one, importers)))].sort();
}
