// esbuild gives every module of an index to all programs that import from the index, if only one of them uses it. Here
// each import from an index becomes an import from the module itself, so that a part of the engine loads its own alone.
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const sourceOf = (from, specifier) => join(dirname(from), specifier.replace(/\.js$/, ".ts"));
const wordsOf = (list) =>
  list
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word && !word.startsWith("type "));

const known = new Map();

/** The modules of what a file exports, by name. */
function exportsOf(file) {
  if (known.has(file)) return known.get(file);
  const found = new Map();
  known.set(file, found);
  const source = readFileSync(file, "utf8");
  for (const [, name] of source.matchAll(
    /^export (?:async |abstract )?(?:function\*?|class|const) (\w+)/gm,
  ))
    found.set(name, file);
  for (const [, specifier] of source.matchAll(/^export \* from "(\.[^"]*)";/gm))
    for (const [name, home] of exportsOf(sourceOf(file, specifier))) found.set(name, home);
  for (const [, list, specifier] of source.matchAll(/^export \{([^}]*)\} from "(\.[^"]*)";/gm))
    for (const name of wordsOf(list))
      found.set(name, exportsOf(sourceOf(file, specifier)).get(name));
  return found;
}

const FROM_INDEX = /^import \{([^}]*)\} from "(\.[^"]*\/(?:nn|ops|optim)\/index\.js)";/gm;

export const pastBarrels = {
  name: "past-barrels",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/](experiments|models)[\\/].*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const contents = source.replace(FROM_INDEX, (_, list, specifier) =>
        wordsOf(list)
          .map((name) => {
            const home = exportsOf(sourceOf(path, specifier)).get(name);
            if (!home) throw new Error(`${path}: ${specifier} exports no ${name}`);
            const way = relative(dirname(path), home).replaceAll("\\", "/");
            return `import { ${name} } from "${way.startsWith(".") ? way : `./${way}`}";`;
          })
          .join(" "),
      );
      return { contents, loader: "ts" };
    });
  },
};
