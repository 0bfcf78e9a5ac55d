import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { methods } from "../src/experiments/methods/index.js";
import { nn } from "../src/namespaces.js";
import * as ops from "../src/ops/index.js";

const root = resolve(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** A function, class or constant that a file exports, and the docstring directly above it. */
const DECLARED =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^export (?:abstract |async )*(?:function|class|const) (\w+)/gm;

/** The docstrings of what an index exports, types left out, by name. Of overloads the first has the docstring. */
function docsOf(index: string): Map<string, string> {
  const docs = new Map<string, string>();
  for (const [, what, path] of read(index).matchAll(/^export (\*|\{[^}]*\}) from "(.+)\.js"/gm)) {
    const wanted = what.split(/[{},]/).map((word) => word.trim());
    for (const [, doc = "", name] of read(join(dirname(index), `${path}.ts`)).matchAll(DECLARED))
      if ((what === "*" || wanted.includes(name)) && !docs.has(name)) docs.set(name, doc);
  }
  return docs;
}

const docs: Record<string, Map<string, string>> = {
  "": docsOf("src/ops/index.ts"),
  nn: docsOf("src/nn/index.ts"),
  data: docsOf("src/data/index.ts"),
};

/** The text of a tag, "" where the docstring has none. */
const tag = (doc: string, name: string) =>
  new RegExp(`^ \\* @${name} ((?:.|\\n \\*   )+)`, "m").exec(doc)?.[1] ?? "";

/** The names whose docstring lacks one of the tags. */
function lacking(all: Map<string, string>, ...tags: string[]): string[] {
  return [...all].flatMap(([name, doc]) =>
    tags.filter((own) => tag(doc, own) === "").map((own) => `${name}: @${own}`),
  );
}

test("every operation says shapes and errors", () => {
  console.log(`operations with @shape and @throws: ${docs[""].size}`);
  expect([...docs[""].keys()].sort()).toEqual(Object.keys(ops).sort());
  expect(lacking(docs[""], "shape", "throws")).toEqual([]);
});

test("every layer says shapes and errors", () => {
  const classes = Object.entries(nn).filter(
    ([, value]) => typeof value === "function" && value.prototype instanceof nn.Module,
  );
  const layers = new Map(classes.map(([name]) => [name, docs.nn.get(name) ?? ""]));
  console.log(`layers with @shape and @throws: ${layers.size}`);
  expect(layers.size).toBeGreaterThan(0);
  expect(lacking(layers, "shape", "throws")).toEqual([]);
});

test("every norm of the table says its source, with the paper of the table", () => {
  const sources = methods().flatMap(({ api }) =>
    api.map((path) => {
      const [name, module = ""] = path.split(".").reverse();
      return { path, source: tag(docs[module].get(name) ?? "", "source") };
    }),
  );
  console.log(
    `norms of the table: ${methods().length}, their names with @source: ${sources.length}`,
  );
  expect(sources.filter(({ source }) => source === "").map(({ path }) => path)).toEqual([]);
  const other = methods().filter(({ api, paper }) => {
    const own = sources.filter(({ path }) => api.includes(path));
    return !own.some(({ source }) => source.includes(paper?.arXiv ?? ""));
  });
  expect(other.map(({ api, paper }) => `${api[0]}: arXiv ${paper?.arXiv}`)).toEqual([]);
});
