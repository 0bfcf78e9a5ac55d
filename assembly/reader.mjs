// Reads the AssemblyScript sources as far as others need to know them: the document of the interface (document.mjs),
// and the types by which the host calls the kernels (.build/kernels.mjs). The formatter keeps the sources in one form,
// so that patterns are enough to read them. A comment that begins with @host marks a constant, or a function of one
// return, that the host needs too.
import { readFileSync } from "node:fs";
import { posix } from "node:path";

export const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

/** A comment's text without its marks, its lines joined; a numbered line stays a line. */
const unwrap = (comment) =>
  comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*(\/\/|\*)? ?/, "").trimEnd())
    .join("\n")
    .trim();
const flow = (text) => text.replace(/\n(?!\s*\d\. |\n)\s*/g, " ");
const says = (comment = "") => flow(unwrap(comment.trim()));

/** What a file says of itself, before its first line of code. */
export const header = (source) => says(source.match(/^(\/\/.*\n)+/)?.[0]);

const COMMENT = String.raw`(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?`;

const functionsOf = (source) =>
  [
    ...source.matchAll(
      new RegExp(
        String.raw`^${COMMENT}(export )?function (\w+)\(([^)]*)\): (\w+) \{\n([\s\S]*?)^\}`,
        "gm",
      ),
    ),
  ].map(([, comment, exported, name, list, result, body]) => {
    const args = [...list.matchAll(/(\w+): (\w+)/g)].map(([, arg, type]) => ({ arg, type }));
    return { name, exported: Boolean(exported), args, result, body, says: says(comment) };
  });

const constantsOf = (source) =>
  [
    ...source.matchAll(
      new RegExp(String.raw`^${COMMENT}(export )?const (\w+)(?:: \w+)? = ([^;]+);`, "gm"),
    ),
  ].map(([, comment, exported, name, value]) => {
    return { name, exported: Boolean(exported), value, says: says(comment) };
  });

const enumsOf = (source) =>
  [
    ...source.matchAll(
      new RegExp(String.raw`^${COMMENT}export (?:const )?enum (\w+) \{\n([^}]*)\}`, "gm"),
    ),
  ].map(([, comment, name, list]) => {
    const members = [...list.matchAll(/^ {2}(\w+),$/gm)].map(([, member]) => member);
    return { name, members, says: says(comment) };
  });

/** The unmanaged classes of a file. Their fields are words of plans, in their order. */
const recordsOf = (source) =>
  [
    ...source.matchAll(
      new RegExp(
        String.raw`^${COMMENT}@unmanaged\nexport class (\w+)(?: extends (\w+))? \{\n([\s\S]*?)^\}`,
        "gm",
      ),
    ),
  ].map(([, comment, type, base, body]) => ({
    type,
    base,
    says: says(comment),
    own: [...body.matchAll(/^( {2}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)? {2}(\w+): (\w+);$/gm)].map(
      ([, comment, word, type]) => ({ word, type, says: says(comment) }),
    ),
  }));

/** name → the path of the file it is imported from. */
const importsOf = (path, source) =>
  new Map(
    [...source.matchAll(/^import \{([^}]*)\} from "(.*)";$/gm)].flatMap(([, names, from]) =>
      [...names.matchAll(/\w+/g)].map(([name]) => [
        name,
        `./${posix.join(posix.dirname(path), from)}`,
      ]),
    ),
  );

const known = new Map();

/** What the file at a path (without .ts) declares. */
export function moduleOf(path) {
  if (!known.has(path)) {
    const source = read(`${path}.ts`);
    known.set(path, {
      path,
      says: header(source),
      functions: functionsOf(source),
      constants: constantsOf(source),
      enums: enumsOf(source),
      records: recordsOf(source),
      imports: importsOf(path, source),
    });
  }
  return known.get(path);
}

/** The files that the table of contents lists, and the kernels that each gives to the binary. */
export const files = [...read("./index.ts").matchAll(/^export (\*|\{[^}]*\}) from "(.*)";$/gm)].map(
  ([, what, path]) => {
    const names = what === "*" ? null : [...what.matchAll(/\w+/g)].map(([name]) => name);
    const kernels = moduleOf(path).functions.filter(
      ({ name, exported }) => exported && (names?.includes(name) ?? true),
    );
    return { path, says: moduleOf(path).says, kernels };
  },
);

/** The codes that kernels and host share. */
export const codes = moduleOf("./lib/codes").enums;
export const isCode = (name) => codes.some((code) => code.name === name);

/** All files that the kernels are made of. */
export function modules() {
  const reached = new Set(files.map(({ path }) => path));
  for (const path of reached) for (const from of moduleOf(path).imports.values()) reached.add(from);
  return [...reached].map(moduleOf);
}

/** All plans that a kernel takes. */
export const plans = modules().flatMap(({ records }) =>
  records
    .filter(({ type }) => type.endsWith("Plan"))
    .map(({ type, base, says, own }) => ({
      name: type[0].toLowerCase() + type.slice(1, -"Plan".length),
      type,
      says,
      words: [...(records.find((each) => each.type === base)?.own ?? []), ...own],
    })),
);
