// Reads the AssemblyScript sources as far as others need to know them: the document of the interface (document.mjs), and the
// tests that check every launch of a kernel.
import { readFileSync } from "node:fs";

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

/** What a file says of itself, before its first line of code. */
export const header = (source) => flow(unwrap(source.match(/^(\/\/.*\n)+/)?.[0] ?? ""));

/** The exported functions of a file, or those named. */
function kernels(source, names) {
  const pattern = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export function (\w+)\(([^)]*)\): (\w+)/g;
  return [...source.matchAll(pattern)]
    .map(([, comment = "", name, list, result]) => {
      const args = [...list.matchAll(/(\w+): (\w+)/g)].map(([, arg, type]) => ({ arg, type }));
      return { name, args, result, says: flow(unwrap(comment.trim())) };
    })
    .filter(({ name }) => names === null || names.includes(name));
}

/** The files that the table of contents lists, and the kernels that each gives to the binary. */
export const files = [...read("./index.ts").matchAll(/^export (\*|\{[^}]*\}) from "(.*)";$/gm)].map(
  ([, what, path]) => {
    const source = read(`${path}.ts`);
    const names = what === "*" ? null : [...what.matchAll(/\w+/g)].map(([name]) => name);
    return { path, says: header(source), kernels: kernels(source, names) };
  },
);
